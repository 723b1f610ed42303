{{ config(materialized='steady_view') }}

with receipts as (
    select * from {{ ref('stg_tiktok__event_receipts') }}
),

numbered as (
    select
        *,
        row_number() over (partition by outbox_id order by attempt desc nulls last) as recency
    from receipts
),

final as (
    select
        -- ids
        outbox_id,
        connection_id,
        event_source_id,
        event_id,
        purchase_event_id,
        request_id as last_request_id,
        -- strings
        kind,
        event,
        event_source,
        consent_state,
        state,
        reason,
        hint,
        outcome as last_outcome,
        message as last_message,
        -- numerics
        attempts,
        replays,
        http_status as last_http_status,
        code as last_code,
        coalesce(cardinality(signals), 0) as signals_sent,
        extract(epoch from settled_at - enqueued_at) as seconds_to_settle,
        -- booleans
        limited_data_use,
        has_unknown_outcome,
        -- timestamps
        occurred_at,
        enqueued_at,
        first_sent_at,
        settled_at
    from numbered
    where recency = 1
)

select * from final
