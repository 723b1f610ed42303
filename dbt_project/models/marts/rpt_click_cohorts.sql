{{ config(materialized='steady_view') }}

-- What the clicks of a day had earned, net of refunds until now, when they were 1, 7, 14 and 28
-- days old. A number is NULL until all clicks of the day are that old.
with clicks as (
    select * from {{ ref('fct_clicks') }}
),

revenue as (
    select * from {{ ref('int_revenue_credited') }}
),

measures as (
    select
        advertiser_id,
        campaign_id,
        ad_id,
        currency,
        account_date,
        account_time_zone,
        1 as clicks,
        cost,
        cast(null as interval) as age,
        0 as net_revenue
    from clicks
    union all
    select
        advertiser_id,
        campaign_id,
        ad_id,
        currency,
        {{ account_date_of('click_hour') }} as account_date,
        account_time_zone,
        0 as clicks,
        0 as cost,
        converted_at - clicked_at as age,
        gross_order_revenue + gross_lead_revenue - refunded as net_revenue
    from revenue
    where is_attributed
),

summed as (
    select
        advertiser_id,
        campaign_id,
        ad_id,
        currency,
        account_date,
        account_time_zone,
        {{ tiktok_now() }} - {{ account_day_ends_at('account_date', 'account_time_zone') }}
            as day_age,
        sum(clicks) as clicks,
        sum(cost) as cost,
        sum(case when age <= interval '1 day' then net_revenue else 0 end) as after_1_day,
        sum(case when age <= interval '7 days' then net_revenue else 0 end) as after_7_days,
        sum(case when age <= interval '14 days' then net_revenue else 0 end) as after_14_days,
        sum(case when age <= interval '28 days' then net_revenue else 0 end) as after_28_days
    from measures
    group by advertiser_id, campaign_id, ad_id, currency, account_date, account_time_zone
),

final as (
    select
        -- ids
        {{ key_of([
            'advertiser_id', 'campaign_id', 'ad_id', 'currency', 'account_date', 'account_time_zone'
        ]) }} as click_cohort_id,
        advertiser_id,
        campaign_id,
        ad_id,
        -- strings
        account_time_zone,
        currency,
        -- numerics
        clicks,
        cost,
        case when day_age >= interval '1 day' then after_1_day end as net_revenue_after_1_day,
        case when day_age >= interval '7 days' then after_7_days end as net_revenue_after_7_days,
        case when day_age >= interval '14 days' then after_14_days end as net_revenue_after_14_days,
        case when day_age >= interval '28 days' then after_28_days end as net_revenue_after_28_days,
        -- dates
        account_date
    from summed
)

select * from final
