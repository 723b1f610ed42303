with source as (
    select * from {{ source('tiktok_ops', 'delivery_health') }}
),

final as (
    select
        connection_id,
        event_source_id,
        blocked_reason,
        blocked_message,
        events,
        pending,
        waiting_for_purchase,
        inflight,
        delivered,
        quarantined,
        suppressed,
        expired,
        expired_unknown,
        oldest_pending_seconds,
        is_paused,
        oldest_pending_at,
        last_delivered_at
    from source
)

select * from final
