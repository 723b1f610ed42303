-- Every piece of revenue at the click that earned it: one row per credit of a conversion that is a
-- goal, and one per credit of each refund. Dated twice, by the click and by the order, both in
-- hours of the account whose ad was clicked.
with conversions as (
    select * from {{ ref('int_conversions_routed') }}
),

credits as (
    select * from {{ ref('int_conversion_credits') }}
),

clicks as (
    select * from {{ ref('int_tiktok_clicks') }}
),

refunds as (
    select * from {{ ref('stg_shop__refunds') }}
),

credited as (
    select
        credits.*,
        conversions.order_id,
        conversions.currency,
        conversions.is_goal,
        clicks.campaign_id,
        clicks.ad_group_id,
        clicks.ad_id,
        clicks.click_id is not null as is_attributed,
        case
            when clicks.click_id is null then conversions.advertiser_id
            else clicks.advertiser_id
        end as advertiser_id,
        coalesce(clicks.account_time_zone, conversions.account_time_zone) as account_time_zone,
        coalesce(clicks.account_hour, conversions.account_hour) as click_hour,
        case
            when clicks.click_id is null then conversions.account_hour
            else {{ account_hour_of('conversions.converted_at', 'clicks.account_time_zone') }}
        end as order_hour,
        clicks.clicked_at,
        conversions.converted_at
    from credits
    inner join conversions -- unique by conversion_id
        on credits.conversion_id = conversions.conversion_id
    left join clicks -- unique by click_id
        on credits.click_id = clicks.click_id
),

refunded as (
    select
        refunds.refund_id,
        refunds.currency as refund_currency,
        refunds.amount,
        refunds.refunded_at,
        credited.*
    from refunds
    left join credited -- one row per credit of the order; none when the order is not known
        on refunds.order_id = credited.order_id
    where refunds.problem is null
),

final as (
    select
        {{ key_of(["'conversion'", 'credit_id']) }} as revenue_id,
        conversion_id,
        null as refund_id,
        click_id,
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        is_attributed,
        currency,
        account_time_zone,
        click_hour,
        order_hour,
        credit as conversions,
        case when order_id is not null then credit else 0 end as orders,
        case when order_id is not null then credited_amount else 0 end as gross_order_revenue,
        case when order_id is null then credited_amount else 0 end as gross_lead_revenue,
        cast(0 as numeric(38, 6)) as refunded,
        clicked_at,
        converted_at
    from credited
    where is_goal
    union all
    select
        {{ key_of(["'refund'", 'refund_id', 'credit_id']) }} as revenue_id,
        conversion_id,
        refund_id,
        click_id,
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        coalesce(is_attributed, false) as is_attributed,
        refund_currency as currency,
        coalesce(account_time_zone, 'UTC') as account_time_zone,
        coalesce(click_hour, {{ account_hour_of('refunded_at', "'UTC'") }}) as click_hour,
        coalesce(order_hour, {{ account_hour_of('refunded_at', "'UTC'") }}) as order_hour,
        0 as conversions,
        0 as orders,
        0 as gross_order_revenue,
        0 as gross_lead_revenue,
        {{ share_exactly('amount', 'coalesce(receivers, 1)', 'coalesce(position, 1)') }}
            as refunded,
        clicked_at,
        converted_at
    from refunded
    where coalesce(is_goal, true)
)

select * from final
