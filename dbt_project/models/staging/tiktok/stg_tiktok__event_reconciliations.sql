with source as (
    select * from {{ source('tiktok_ops', 'event_reconciliations') }}
),

final as (
    select
        event_source_id,
        event_type,
        receipts,
        unknown_outcomes,
        counted_total,
        counted_server,
        counted_browser,
        event_day as event_date,
        compared_at
    from source
)

select * from final
