with source as (
    select * from {{ source('tiktok_ops', 'event_receipts') }}
),

final as (
    select
        -- ids
        outbox_id,
        connection_id,
        event_source_id,
        event_id,
        purchase_event_id,
        cast(batch_id as text) as batch_id,
        run_id,
        request_id,
        -- strings
        event_source,
        event,
        kind,
        consent_state,
        signals,
        withheld,
        state,
        reason,
        hint,
        test_event_code,
        outcome,
        message,
        -- numerics
        attempts,
        attempt,
        replays,
        http_status,
        code,
        -- booleans
        limited_data_use,
        waits_for_purchase,
        has_unknown_outcome,
        -- timestamps
        event_time as occurred_at,
        enqueued_at,
        first_sent_at,
        settled_at,
        sent_at,
        finished_at
    from source
)

select * from final
