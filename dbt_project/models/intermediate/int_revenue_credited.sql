{{ config(
    materialized='steady_table',
    unique_key='revenue_id',
    scope={'column': 'conversion_id', 'of': 'int_changed_conversions', 'key': 'conversion_id'},
    feeds=[
        {'kind': 'ad_day', 'key': 'click_ad_day'},
        {'kind': 'ad_day', 'key': 'order_ad_day'},
    ],
    indexes=[
        {'columns': ['conversion_id']},
        {'columns': ['click_ad_day']},
        {'columns': ['order_ad_day']},
    ],
) }}

-- Every piece of revenue at the click that earned it: one row per credit of a conversion that is a
-- goal, and one per credit of each refund. Dated twice, by the click and by the order, both in
-- hours of the account whose ad was clicked.
with conversions as (
    select *
    from {{ ref('int_conversions_routed') }}
    where {{ is_changed('conversion_id', 'int_changed_conversions', 'conversion_id') }}
),

credits as (
    select * from {{ ref('int_conversion_credits') }}
),

clicks as (
    select * from {{ ref('int_tiktok_clicks') }}
),

refunds as (
    select *
    from {{ ref('int_refunds_deduplicated') }}
    where {{ is_changed('conversion_id', 'int_changed_conversions', 'conversion_id') }}
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
        refunds.conversion_id as refunded_conversion_id,
        credited.*
    from refunds
    left join credited -- one row per credit of the order; none when the order is not known
        on refunds.conversion_id = credited.conversion_id
),

dated as (
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
        refunded_conversion_id as conversion_id,
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
),

final as (
    select
        *,
        {{ ad_day_of('advertiser_id', 'ad_id', 'click_hour') }} as click_ad_day,
        {{ ad_day_of('advertiser_id', 'ad_id', 'order_hour') }} as order_ad_day
    from dated
)

select * from final
