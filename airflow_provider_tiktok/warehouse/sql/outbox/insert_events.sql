-- Write the events that are new. In key order, so that concurrent writers wait and never deadlock.
with inserted as (
    insert into tiktok_ops.event_outbox (
        connection_id,
        event_source,
        event_source_id,
        event,
        event_type,
        event_id,
        kind,
        purchase_event_id,
        waits_for_purchase,
        event_time,
        consent_state,
        limited_data_use,
        source_hash,
        state,
        reason,
        hint,
        next_attempt_at,
        enqueued_at,
        settled_at
    )
    select
        connection_id,
        event_source,
        event_source_id,
        event,
        event_type,
        event_id,
        kind,
        purchase_event_id,
        waits_for_purchase,
        event_time,
        consent_state,
        limited_data_use,
        source_hash,
        state,
        reason,
        hint,
        case when state = 'pending' and not waits_for_purchase then %(now)s end
            as next_attempt_at,
        %(now)s as enqueued_at,
        case when state <> 'pending' then %(now)s end as settled_at
    from staged_events
    order by event_id, event_source_id, event_type
    on conflict on constraint event_key do nothing
    returning outbox_id, event_id, event_source_id, event_type, state, reason
),

payloads as (
    insert into tiktok_ops.event_payloads (
        outbox_id, subject_key, payload, payload_hash, signals, withheld
    )
    select
        inserted.outbox_id,
        staged_events.subject_key,
        staged_events.payload,
        staged_events.payload_hash,
        staged_events.signals,
        staged_events.withheld
    from inserted
    inner join staged_events
        using (event_id, event_source_id, event_type)
)

select
    state,
    reason,
    count(*) as events
from inserted
group by state, reason
