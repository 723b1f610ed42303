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

latest as (
    select * from numbered
    where recency = 1
),

purchases as (
    select
        event_source_id,
        event_id,
        min(settled_at) as delivered_at
    from latest
    where kind = 'conversion' and state = 'delivered'
    group by event_source_id, event_id
),

final as (
    select
        -- ids
        latest.outbox_id,
        latest.connection_id,
        latest.event_source_id,
        latest.event_id,
        latest.purchase_event_id,
        latest.request_id as last_request_id,
        -- strings
        latest.kind,
        latest.event,
        latest.event_source,
        latest.consent_state,
        latest.state,
        latest.reason,
        latest.hint,
        latest.outcome as last_outcome,
        latest.message as last_message,
        array_to_string(latest.signals, ', ') as signal_names,
        {{ json_pairs('latest.withheld') }} as withheld,
        -- numerics
        latest.attempts,
        latest.replays,
        latest.http_status as last_http_status,
        latest.code as last_code,
        coalesce(cardinality(latest.signals), 0) as signals_sent,
        extract(epoch from latest.settled_at - latest.enqueued_at) as seconds_to_settle,
        -- booleans
        latest.limited_data_use,
        latest.has_unknown_outcome,
        latest.waits_for_purchase,
        -- timestamps
        latest.occurred_at,
        latest.enqueued_at,
        latest.first_sent_at,
        latest.settled_at,
        purchases.delivered_at as purchase_delivered_at
    from latest
    left join purchases -- unique by pixel and event_id
        on
            latest.purchase_event_id = purchases.event_id
            and latest.event_source_id = purchases.event_source_id
)

select * from final
