-- Per currency: what the conversions and refunds say is what the reports add up to, by either date.
with refunds_of_goals as (
    select
        refunds.currency,
        sum(refunds.amount) as refunded
    from {{ ref('fct_refunds') }} as refunds
    left join {{ ref('fct_conversions') }} as conversions
        on refunds.conversion_id = conversions.conversion_id
    where coalesce(conversions.is_goal, true)
    group by refunds.currency
),

goals as (
    select
        currency,
        sum(gross_amount) as gross
    from {{ ref('fct_conversions') }}
    where is_goal
    group by currency
),

facts as (
    select
        currency,
        coalesce(goals.gross, 0) as gross,
        coalesce(refunds_of_goals.refunded, 0) as refunded
    from goals
    full outer join refunds_of_goals
        using (currency)
),

reports as (
    select
        currency,
        sum(gross_revenue) as gross,
        sum(refunded) as refunded
    from {{ ref('rpt_ad_roi_daily') }}
    group by currency
    union all
    select
        currency,
        sum(gross_revenue_by_order_date) as gross,
        sum(refunded_by_order_date) as refunded
    from {{ ref('rpt_ad_roi_hourly') }}
    group by currency
    union all
    select
        currency,
        sum(gross_revenue) as gross,
        sum(refunded) as refunded
    from {{ ref('rpt_campaign_roi_daily') }}
    group by currency
)

select
    currency,
    facts.gross,
    reports.gross as reported_gross,
    facts.refunded,
    reports.refunded as reported_refunded
from facts
full outer join reports
    using (currency)
where
    coalesce(facts.gross, 0) <> coalesce(reports.gross, 0)
    or coalesce(facts.refunded, 0) <> coalesce(reports.refunded, 0)
