{{ config(materialized='steady_view') }}

-- Per pixel, UTC day and event: what TikTok accepted from us beside what it counted.
with reconciliations as (
    select * from {{ ref('stg_tiktok__event_reconciliations') }}
),

final as (
    select
        -- ids
        {{ key_of(['event_source_id', 'event_date', 'event_type']) }} as event_reconciliation_id,
        event_source_id,
        -- strings
        event_type,
        -- numerics
        receipts,
        unknown_outcomes,
        counted_total,
        counted_server,
        counted_browser,
        greatest(receipts - counted_total, 0) as missing,
        greatest(counted_server - receipts - unknown_outcomes, 0) as foreign_events,
        -- dates
        event_date,
        -- timestamps
        compared_at
    from reconciliations
)

select * from final
