{{ config(
    materialized='steady_table',
    unique_key='refund_id',
    scope={'column': 'refunded_at', 'of': 'late_rows'},
    feeds=[{'kind': 'conversion', 'key': 'conversion_id'}],
    indexes=[{'columns': ['conversion_id']}, {'columns': ['refunded_at']}],
) }}

-- Refunds without those that have a problem, one row per key.
with refunds as (
    select *
    from {{ ref('stg_shop__refunds') }}
    where problem is null and {{ may_be_new('refunded_at') }}
),

final as (
    select distinct on (refunds.refund_id)
        refunds.refund_id,
        refunds.order_id,
        {{ tiktok_event_id('ord', 'order_id') }} as conversion_id,
        refunds.currency,
        refunds.amount,
        refunds.reason,
        refunds.refunded_at
    from refunds
    where {{ is_not_known_from_before('refund_id', 'refunds', 'refunded_at') }}
    order by
        refunds.refund_id asc, refunds.refunded_at asc, refunds.amount asc, refunds.order_id asc
)

select * from final
