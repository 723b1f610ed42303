{{ config(materialized='steady_view') }}

-- Rows of your tables, and of TikTok's reports, that the models leave out. Key and reason only:
-- look the row up where it is, mend it there, and the next build takes it in.
with orders as (
    select * from {{ ref('stg_shop__orders') }}
),

order_items as (
    select * from {{ ref('stg_shop__order_items') }}
),

refunds as (
    select * from {{ ref('stg_shop__refunds') }}
),

customers as (
    select * from {{ ref('stg_shop__customers') }}
),

lead_events as (
    select * from {{ ref('stg_crm__lead_events') }}
),

page_views as (
    select * from {{ ref('base_web__page_views') }}
),

consents as (
    select * from {{ ref('stg_web__consents') }}
),

identities as (
    select * from {{ ref('stg_web__identities') }}
),

rejected_report_rows as (
    select * from {{ ref('stg_tiktok__rejected_report_rows') }}
),

final as (
    {{ rows_with_problem('shop.orders', 'orders', 'order_id', 'ordered_at') }}
    union all
    {{ rows_with_problem('shop.order_items', 'order_items', 'order_item_id') }}
    union all
    {{ rows_with_problem('shop.refunds', 'refunds', 'refund_id', 'refunded_at') }}
    union all
    {{ rows_with_problem('shop.customers', 'customers', 'customer_id', 'updated_at') }}
    union all
    {{ rows_with_problem('crm.lead_events', 'lead_events', 'lead_event_id', 'occurred_at') }}
    union all
    {{ rows_with_problem('web.page_views', 'page_views', 'page_view_id', 'occurred_at') }}
    union all
    {{ rows_with_problem('web.consents', 'consents', 'consent_id', 'recorded_at') }}
    union all
    {{ rows_with_problem('web.identities', 'identities', 'identity_id', 'observed_at') }}
    union all
    {{ rows_that_repeat('shop.orders', 'orders', 'order_id', 'ordered_at', 'ordered_at') }}
    union all
    {{ rows_that_repeat('shop.order_items', 'order_items', 'order_item_id', 'order_id') }}
    union all
    {{ rows_that_repeat('shop.refunds', 'refunds', 'refund_id', 'refunded_at', 'refunded_at') }}
    union all
    {{ rows_that_repeat(
        'shop.customers', 'customers', 'customer_id', 'updated_at desc', 'updated_at'
    ) }}
    union all
    {{ rows_that_repeat(
        'crm.lead_events', 'lead_events', 'lead_event_id', 'occurred_at', 'occurred_at'
    ) }}
    union all
    {{ rows_that_repeat(
        'web.page_views', 'page_views', 'page_view_id', 'occurred_at', 'occurred_at'
    ) }}
    union all
    select
        'tiktok_raw.rejected_report_rows' as source_table,
        pull_id || ', ' || row_number as row_key,
        reason as problem,
        cast(null as timestamptz) as occurred_at
    from rejected_report_rows
)

select * from final
