{{ config(
    materialized='steady_table',
    unique_key='conversion_id',
    scope={'column': 'conversion_id', 'of': 'int_changed_conversions', 'key': 'conversion_id'},
    indexes=[{'columns': ['last_event_at']}],
) }}

with conversions as (
    select *
    from {{ ref('int_conversions_routed') }}
    where {{ is_changed('conversion_id', 'int_changed_conversions', 'conversion_id') }}
),

credits as (
    select *
    from {{ ref('int_conversion_credits') }}
    where {{ is_changed('conversion_id', 'int_changed_conversions', 'conversion_id') }}
),

clicks as (
    select * from {{ ref('int_tiktok_clicks') }}
),

refunds as (
    select *
    from {{ ref('int_refunds_deduplicated') }}
    where {{ is_changed('conversion_id', 'int_changed_conversions', 'conversion_id') }}
),

refunded as (
    select
        order_id,
        currency,
        sum(amount) as amount,
        count(*) as refunds
    from refunds
    group by order_id, currency
),

last_refunds as (
    select
        conversion_id,
        max(refunded_at) as refunded_at
    from refunds
    group by conversion_id
),

-- Of several credited clicks, the last one stands for the conversion.
main_clicks as (
    select distinct on (credits.conversion_id)
        credits.conversion_id,
        credits.receivers,
        clicks.*
    from credits
    inner join clicks -- unique by click_id
        on credits.click_id = clicks.click_id
    order by credits.conversion_id, credits.position
),

final as (
    select
        -- ids
        conversions.conversion_id,
        conversions.order_id,
        conversions.lead_event_id,
        conversions.lead_id,
        conversions.customer_id,
        conversions.visitor_id,
        conversions.person_id,
        conversions.last_page_view_id,
        conversions.pixel_code,
        conversions.connection_id,
        main_clicks.click_id,
        coalesce(main_clicks.advertiser_id, conversions.advertiser_id) as advertiser_id,
        main_clicks.campaign_id,
        main_clicks.ad_group_id,
        main_clicks.ad_id,
        main_clicks.page_view_id as click_page_view_id,
        -- strings
        conversions.conversion_type,
        conversions.currency,
        conversions.default_country,
        conversions.account_time_zone,
        -- numerics
        conversions.amount as gross_amount,
        coalesce(refunded.amount, 0) as refunded_amount,
        coalesce(conversions.amount, 0) - coalesce(refunded.amount, 0) as net_amount,
        coalesce(refunded.refunds, 0) as refunds,
        coalesce(main_clicks.receivers, 0) as credited_clicks,
        conversions.conversion_number,
        -- booleans
        conversions.is_goal,
        main_clicks.click_id is not null as is_attributed,
        -- dates
        {{ account_date_of('conversions.account_hour') }} as account_date,
        -- timestamps
        conversions.converted_at,
        main_clicks.clicked_at,
        greatest(conversions.converted_at, last_refunds.refunded_at) as last_event_at
    from conversions
    left join main_clicks -- unique by conversion_id
        on conversions.conversion_id = main_clicks.conversion_id
    left join refunded -- unique by order and currency
        on
            conversions.order_id = refunded.order_id
            and conversions.currency = refunded.currency
    left join last_refunds -- unique by conversion_id
        on conversions.conversion_id = last_refunds.conversion_id
)

select * from final
