-- What dbt and people read about events: no payload, no hash of a person, no subject.

-- One row per event and attempt; an event that was never tried has one row without an attempt.
create view tiktok_ops.event_receipts as
select
    outbox.outbox_id,
    outbox.connection_id,
    outbox.event_source,
    outbox.event_source_id,
    outbox.event,
    outbox.event_id,
    outbox.kind,
    outbox.purchase_event_id,
    outbox.waits_for_purchase,
    outbox.event_time,
    outbox.consent_state,
    outbox.limited_data_use,
    payloads.signals,
    payloads.withheld,
    payloads.payload_hash,
    outbox.state,
    outbox.reason,
    outbox.hint,
    outbox.attempts,
    outbox.replays,
    outbox.has_unknown_outcome,
    outbox.enqueued_at,
    outbox.first_sent_at,
    outbox.settled_at,
    outbox.payload_changed_at,
    attempts.attempt,
    attempts.batch_id,
    batches.run_id,
    batches.test_event_code,
    batches.sent_at,
    batches.finished_at,
    batches.outcome,
    batches.http_status,
    batches.code,
    batches.message,
    batches.request_id
from tiktok_ops.event_outbox as outbox
left join tiktok_ops.event_payloads as payloads
    on outbox.outbox_id = payloads.outbox_id
left join tiktok_ops.event_attempts as attempts
    on outbox.outbox_id = attempts.outbox_id
left join tiktok_ops.event_batches as batches
    on attempts.batch_id = batches.batch_id;

-- Per UTC day, pixel, event and signal: how many delivered events carried the signal.
create view tiktok_ops.signal_coverage as
with delivered as (
    select
        outbox.connection_id,
        outbox.event_source_id,
        outbox.event,
        (outbox.event_time at time zone 'UTC')::date as event_day,
        payloads.signals,
        payloads.withheld
    from tiktok_ops.event_outbox as outbox
    inner join tiktok_ops.event_payloads as payloads
        on outbox.outbox_id = payloads.outbox_id
    where outbox.state = 'delivered'
),

known_signals as (
    select name as signal
    from unnest(array[
        'ttclid', 'ttp', 'email', 'phone', 'external_id', 'first_name', 'last_name', 'ip',
        'user_agent', 'locale', 'country', 'region', 'city', 'zip'
    ]) as listed (name)
)

select
    delivered.event_day,
    delivered.connection_id,
    delivered.event_source_id,
    delivered.event,
    known_signals.signal,
    count(*) as events,
    count(*) filter (where known_signals.signal = any(delivered.signals)) as events_with_signal,
    count(*) filter (where delivered.withheld ? known_signals.signal) as events_withheld,
    round(
        count(*) filter (where known_signals.signal = any(delivered.signals))::numeric / count(*),
        4
    ) as share
from delivered
cross join known_signals
group by
    delivered.event_day,
    delivered.connection_id,
    delivered.event_source_id,
    delivered.event,
    known_signals.signal;

-- Per pixel: how many events are in each state, how long the oldest has waited, the last success.
create view tiktok_ops.delivery_health as
with counted as (
    select
        outbox.connection_id,
        outbox.event_source_id,
        count(*) as events,
        count(*) filter (where outbox.state = 'pending') as pending,
        count(*) filter (where outbox.waits_for_purchase and outbox.state = 'pending')
            as waiting_for_purchase,
        count(*) filter (where outbox.state = 'inflight') as inflight,
        count(*) filter (where outbox.state = 'delivered') as delivered,
        count(*) filter (where outbox.state = 'quarantined') as quarantined,
        count(*) filter (where outbox.state = 'suppressed') as suppressed,
        count(*) filter (where outbox.state = 'expired') as expired,
        count(*) filter (where outbox.state = 'expired_unknown') as expired_unknown,
        count(*) filter (where outbox.has_unknown_outcome and outbox.state = 'pending')
            as pending_with_unknown_outcome,
        count(outbox.payload_changed_at) as payload_changed,
        min(outbox.enqueued_at) filter (
            where outbox.state in ('pending', 'inflight') and not outbox.waits_for_purchase
        ) as oldest_pending_at,
        max(outbox.settled_at) filter (where outbox.state = 'delivered') as last_delivered_at
    from tiktok_ops.event_outbox as outbox
    group by outbox.connection_id, outbox.event_source_id
)

select
    counted.connection_id,
    counted.event_source_id,
    counted.events,
    counted.pending,
    counted.waiting_for_purchase,
    counted.inflight,
    counted.delivered,
    counted.quarantined,
    counted.suppressed,
    counted.expired,
    counted.expired_unknown,
    counted.pending_with_unknown_outcome,
    counted.payload_changed,
    counted.oldest_pending_at,
    round(extract(epoch from tiktok_ops.now() - counted.oldest_pending_at))
        as oldest_pending_seconds,
    counted.last_delivered_at,
    coalesce(controls.is_paused, false) as is_paused,
    case when controls.blocked_until > tiktok_ops.now() then controls.blocked_reason end
        as blocked_reason,
    case when controls.blocked_until > tiktok_ops.now() then controls.blocked_message end
        as blocked_message
from counted
left join tiktok_ops.delivery_controls as controls
    on counted.event_source_id = controls.event_source_id;
