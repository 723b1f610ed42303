with spend as (
    select
        advertiser_id,
        ad_id,
        account_date,
        currency,
        sum(spend) as spend
    from {{ ref('fct_spend_hourly') }}
    group by advertiser_id, ad_id, account_date, currency
),

costs as (
    select
        advertiser_id,
        ad_id,
        account_date,
        currency,
        sum(cost) as cost
    from {{ ref('int_click_costs_allocated') }}
    group by advertiser_id, ad_id, account_date, currency
)

select
    advertiser_id,
    ad_id,
    account_date,
    currency,
    spend.spend,
    costs.cost
from spend
full outer join costs
    using (advertiser_id, ad_id, account_date, currency)
where coalesce(spend.spend, 0) <> coalesce(costs.cost, 0)
