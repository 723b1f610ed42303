-- Delivery in fewer writes. What is due stands in a narrow table of its own, so that no index of
-- the outbox changes while an event is claimed and settled. An event's row holds its last attempt;
-- only earlier ones are kept beside it.

-- Exactly the events with a next_attempt_at. Triggers keep it so, whoever writes the outbox; only a
-- claim takes its rows out itself, because it writes a thousand at once.
create table tiktok_ops.event_queue (
    event_source_id text not null,
    next_attempt_at timestamptz not null,
    outbox_id bigint not null,
    primary key (event_source_id, next_attempt_at, outbox_id)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);

insert into tiktok_ops.event_queue (event_source_id, next_attempt_at, outbox_id)
select
    event_source_id,
    next_attempt_at,
    outbox_id
from tiktok_ops.event_outbox
where next_attempt_at is not null;

drop index tiktok_ops.event_outbox_due;

create function tiktok_ops.queue_added_events() returns trigger
language plpgsql
as $$
begin
    insert into tiktok_ops.event_queue (event_source_id, next_attempt_at, outbox_id)
    select added.event_source_id, added.next_attempt_at, added.outbox_id
    from added
    where added.next_attempt_at is not null;
    return null;
end;
$$;

create function tiktok_ops.queue_changed_event() returns trigger
language plpgsql
as $$
begin
    if old.next_attempt_at is not null then
        delete from tiktok_ops.event_queue as queue
        where
            queue.event_source_id = old.event_source_id
            and queue.next_attempt_at = old.next_attempt_at
            and queue.outbox_id = old.outbox_id;
    end if;
    if tg_op = 'UPDATE' and new.next_attempt_at is not null then
        insert into tiktok_ops.event_queue (event_source_id, next_attempt_at, outbox_id)
        values (new.event_source_id, new.next_attempt_at, new.outbox_id);
    end if;
    return null;
end;
$$;

create trigger queue_added after insert on tiktok_ops.event_outbox
referencing new table as added
for each statement execute function tiktok_ops.queue_added_events();

create trigger queue_changed after update of next_attempt_at on tiktok_ops.event_outbox
for each row
when (old.next_attempt_at is distinct from new.next_attempt_at and new.state <> 'inflight')
execute function tiktok_ops.queue_changed_event();

create trigger queue_removed after delete on tiktok_ops.event_outbox
for each row when (old.next_attempt_at is not null)
execute function tiktok_ops.queue_changed_event();

-- Whose attempt a batch is: written with it, before the bytes leave.
alter table tiktok_ops.event_batches add column outbox_ids bigint[] not null default '{}';
alter table tiktok_ops.event_batches alter column outbox_ids set storage external;

update tiktok_ops.event_batches as batches
set outbox_ids = held.outbox_ids
from (
    select
        attempts.batch_id,
        array_agg(attempts.outbox_id) as outbox_ids
    from tiktok_ops.event_attempts as attempts
    group by attempts.batch_id
) as held
where batches.batch_id = held.batch_id;

-- The attempts of an event before its last one. Append-only.
alter table tiktok_ops.event_attempts rename to event_earlier_attempts;

drop index tiktok_ops.event_attempts_by_batch;

delete from tiktok_ops.event_earlier_attempts as earlier
using tiktok_ops.event_outbox as outbox
where
    earlier.outbox_id = outbox.outbox_id
    and earlier.attempt = outbox.attempts
    and earlier.batch_id = outbox.batch_id;

create view tiktok_ops.event_attempts as
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
where outbox.batch_id is not null;

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
