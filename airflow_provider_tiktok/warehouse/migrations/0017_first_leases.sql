-- A delivery writes an event's row once instead of twice. While a worker has an event for the first
-- time, its row stays as it is: the queue has lost it, and an open batch lists it.

create function tiktok_ops.is_leased(event tiktok_ops.event_outbox) returns boolean
language sql stable
as $$
    select
        event.state = 'inflight'
        or (
            event.next_attempt_at is not null
            and not exists (
                select 1
                from tiktok_ops.event_queue as queue
                where
                    queue.event_source_id = event.event_source_id
                    and queue.next_attempt_at = event.next_attempt_at
                    and queue.outbox_id = event.outbox_id
            )
        );
$$;

-- The events that workers have. Where a worker is gone, until its lease has ended.
create view tiktok_ops.event_leases as
select
    held.outbox_id,
    batches.batch_id,
    batches.claimed_at
from tiktok_ops.event_batches as batches
cross join unnest(batches.outbox_ids) as held (outbox_id)
where batches.outcome in ('ready', 'sent');

create or replace function tiktok_ops.queue_changed_event() returns trigger
language plpgsql
as $$
begin
    if old.next_attempt_at is not null then
        delete from tiktok_ops.event_queue as queue
        where
            queue.event_source_id = old.event_source_id
            and queue.next_attempt_at = old.next_attempt_at
            and queue.outbox_id = old.outbox_id;
        -- Only what came of its attempt brings an event back that a worker has.
        if
            not found and tg_op = 'UPDATE' and new.next_attempt_at is not null
            and new.attempts = old.attempts
        then
            raise exception 'event % is with a worker', old.outbox_id;
        end if;
    end if;
    if tg_op = 'UPDATE' and new.next_attempt_at is not null then
        insert into tiktok_ops.event_queue (event_source_id, next_attempt_at, outbox_id)
        values (new.event_source_id, new.next_attempt_at, new.outbox_id);
    end if;
    return null;
end;
$$;

drop trigger queue_changed on tiktok_ops.event_outbox;
create trigger queue_changed after update of next_attempt_at on tiktok_ops.event_outbox
for each row
when (
    new.state <> 'inflight'
    and not (new.state = 'delivered' and old.attempts = 0)
    and (
        old.next_attempt_at is distinct from new.next_attempt_at
        or (old.attempts = 0 and new.attempts = 1)
    )
)
execute function tiktok_ops.queue_changed_event();

create or replace view tiktok_ops.event_attempts as
select
    earlier.outbox_id,
    earlier.attempt,
    earlier.batch_id
from tiktok_ops.event_earlier_attempts as earlier
union all
select
    outbox.outbox_id,
    outbox.attempts as attempt,
    outbox.batch_id
from tiktok_ops.event_outbox as outbox
where outbox.batch_id is not null
union all
select
    outbox.outbox_id,
    1 as attempt,
    leases.batch_id
from tiktok_ops.event_leases as leases
inner join tiktok_ops.event_outbox as outbox
    on leases.outbox_id = outbox.outbox_id
where outbox.attempts = 0;

create or replace view tiktok_ops.event_receipts as
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
    case when attempts.attempt > outbox.attempts then 'inflight' else outbox.state end as state,
    outbox.reason,
    outbox.hint,
    greatest(attempts.attempt, outbox.attempts) as attempts,
    outbox.replays,
    outbox.has_unknown_outcome,
    outbox.enqueued_at,
    case
        when attempts.attempt > outbox.attempts then batches.claimed_at else outbox.first_sent_at
    end as first_sent_at,
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

create or replace view tiktok_ops.delivery_health as
with counted as (
    select
        outbox.connection_id,
        outbox.event_source_id,
        count(*) as events,
        count(*) filter (where outbox.state = 'pending' and leases.outbox_id is null) as pending,
        count(*) filter (where outbox.waits_for_purchase and outbox.state = 'pending')
            as waiting_for_purchase,
        count(leases.outbox_id) as inflight,
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
    left join tiktok_ops.event_leases as leases
        on outbox.outbox_id = leases.outbox_id
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
