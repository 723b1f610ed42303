{{ config(materialized='steady_view') }}

with receipts as (
    select * from {{ ref('stg_tiktok__event_receipts') }}
),

final as (
    select
        -- ids
        {{ key_of(['outbox_id', 'attempt']) }} as event_attempt_id,
        outbox_id,
        connection_id,
        event_source_id,
        event_id,
        batch_id,
        run_id,
        request_id,
        -- strings
        kind,
        event,
        outcome,
        message,
        test_event_code,
        -- numerics
        attempt,
        http_status,
        code,
        -- timestamps
        sent_at,
        finished_at
    from receipts
    where attempt is not null
)

select * from final
