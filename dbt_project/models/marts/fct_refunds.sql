{{ config(
    materialized='steady_table',
    unique_key='refund_id',
    scope={'column': 'conversion_id', 'of': 'int_changed_conversions', 'key': 'conversion_id'},
    indexes=[{'columns': ['conversion_id']}, {'columns': ['refunded_at']}],
) }}

with refunds as (
    select *
    from {{ ref('int_refunds_deduplicated') }}
    where {{ is_changed('conversion_id', 'int_changed_conversions', 'conversion_id') }}
),

conversions as (
    select * from {{ ref('fct_conversions') }}
),

final as (
    select
        -- ids
        refunds.refund_id,
        {{ tiktok_event_id('refund', 'refunds.refund_id') }} as refund_event_id,
        refunds.order_id,
        refunds.conversion_id,
        conversions.person_id,
        conversions.click_id,
        conversions.advertiser_id,
        conversions.campaign_id,
        conversions.ad_group_id,
        conversions.ad_id,
        -- strings
        refunds.currency,
        refunds.reason,
        -- numerics
        refunds.amount,
        sum(refunds.amount) over (
            partition by refunds.order_id, refunds.currency
            order by refunds.refunded_at, refunds.refund_id
        ) as order_refunded_so_far,
        -- booleans
        conversions.conversion_id is not null as is_order_known,
        coalesce(conversions.is_attributed, false) as is_attributed,
        coalesce(refunds.currency <> conversions.currency, false) as is_in_other_currency,
        coalesce(refunds.refunded_at < conversions.converted_at, false) as is_before_order,
        -- timestamps
        refunds.refunded_at,
        conversions.converted_at as ordered_at
    from refunds
    left join conversions -- unique by conversion_id
        on refunds.conversion_id = conversions.conversion_id
)

select * from final
