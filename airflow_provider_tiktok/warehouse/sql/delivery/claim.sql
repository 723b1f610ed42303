-- Take the next events of one pixel: lease them to a new batch and write their attempts, or end
-- those that may not leave any more. One statement, so that nothing comes between the two.
--
-- The row of an event that was never tried stays as it is: its attempt stands in the batch, and
-- goes into the row together with what comes of it.
with clock as materialized (
    select
        clock.now,
        clock.now - %(unknown_window)s::interval as unknown_since,
        clock.now - %(transient_window)s::interval as failing_since,
        clock.now - %(web_age)s::interval as oldest_web,
        clock.now - %(crm_age)s::interval as oldest_crm,
        clock.now - %(offline_age)s::interval as oldest_offline
    from (select tiktok_ops.now() as now) as clock
),

gate as (
    select
        not exists (
            select 1
            from tiktok_ops.delivery_controls as controls
            where
                controls.event_source_id = %(event_source_id)s
                and (controls.is_paused or controls.blocked_until > clock.now)
        )
        and not exists (
            select 1
            from tiktok_raw.pixels as pixels
            where pixels.pixel_code = %(event_source_id)s and not pixels.is_enabled
        ) as is_open
    from clock
),

due as materialized (
    select
        outbox.outbox_id,
        outbox.event_source,
        outbox.event_time,
        outbox.consent_state,
        outbox.limited_data_use,
        outbox.attempts,
        outbox.batch_id,
        outbox.first_sent_at,
        outbox.has_unknown_outcome,
        outbox.ctid as outbox_ctid,
        queue.ctid as queue_ctid
    from tiktok_ops.event_queue as queue
    inner join tiktok_ops.event_outbox as outbox
        on queue.outbox_id = outbox.outbox_id
    where
        queue.event_source_id = %(event_source_id)s
        and queue.next_attempt_at <= (select clock.now from clock)
        and outbox.next_attempt_at = queue.next_attempt_at
        and (select gate.is_open from gate)
        -- One call has one event source.
        and outbox.event_source = (
            select first_due.event_source
            from tiktok_ops.event_queue as first_queued
            inner join tiktok_ops.event_outbox as first_due
                on first_queued.outbox_id = first_due.outbox_id
            where first_queued.event_source_id = %(event_source_id)s
            order by first_queued.next_attempt_at, first_queued.outbox_id
            limit 1
        )
    order by queue.next_attempt_at, queue.outbox_id
    limit %(batch_size)s
    -- Whoever takes an event out of the queue has it: a row that is gone meanwhile is passed over.
    for update of outbox, queue skip locked
),

-- Somebody changed one of them since this statement began, so that what it reads of the payload is
-- older than the row it locked: it takes nothing, and is asked again.
look as materialized (
    select count(*) < (select count(*) from due) as is_stale
    from tiktok_ops.event_outbox as outbox
    where outbox.ctid = any(array(select due.outbox_ctid from due))
),

judged as materialized (
    select
        due.outbox_id,
        due.event_source,
        due.attempts,
        due.batch_id,
        due.outbox_ctid,
        due.queue_ctid,
        payloads.payload,
        case
            when payloads.payload is null then 'payload_removed'
            when %(is_strict)s and due.consent_state <> 'granted'
                then 'consent_' || due.consent_state
            when %(is_strict)s and due.limited_data_use and due.event_source <> 'web'
                then 'limited_data_use'
            when
                due.has_unknown_outcome
                and due.first_sent_at <= (select clock.unknown_since from clock)
                then 'outcome_unknown'
            when
                due.event_time < case due.event_source
                    when 'web' then (select clock.oldest_web from clock)
                    when 'crm' then (select clock.oldest_crm from clock)
                    else (select clock.oldest_offline from clock)
                end
                then 'too_old'
            when
                not due.has_unknown_outcome
                and due.first_sent_at <= (select clock.failing_since from clock)
                then 'retries_exhausted'
        end as reason
    from due
    inner join tiktok_ops.event_payloads as payloads
        on due.outbox_id = payloads.outbox_id
    where not (select look.is_stale from look)
),

held as materialized (
    select
        count(*) as events,
        array_agg(judged.outbox_id) as outbox_ids,
        array_agg(judged.outbox_ctid) filter (where judged.attempts > 0) as tried_ctids,
        array_agg(judged.queue_ctid) as queue_ctids
    from judged
    where judged.reason is null
),

batch as (
    insert into tiktok_ops.event_batches (
        event_source_id, run_id, worker, events, outbox_ids, claimed_at, leased_until
    )
    select
        %(event_source_id)s as event_source_id,
        %(run_id)s as run_id,
        %(worker)s as worker,
        held.events,
        held.outbox_ids,
        clock.now as claimed_at,
        clock.now + %(lease)s::interval as leased_until
    from held
    cross join clock
    where held.events > 0
    returning batch_id
),

-- Before this attempt takes its place in the event's row.
earlier as (
    insert into tiktok_ops.event_earlier_attempts (outbox_id, attempt, batch_id)
    select
        outbox_id,
        attempts,
        batch_id
    from judged
    where reason is null and batch_id is not null
),

taken as (
    delete from tiktok_ops.event_queue as queue
    where queue.ctid = any((select held.queue_ctids from held)::tid[])
),

leased as (
    update tiktok_ops.event_outbox as outbox
    set
        state = 'inflight',
        next_attempt_at = null,
        batch_id = (select batch.batch_id from batch),
        attempts = outbox.attempts + 1,
        first_sent_at = coalesce(outbox.first_sent_at, (select clock.now from clock))
    where outbox.ctid = any((select held.tried_ctids from held)::tid[])
),

ended as (
    update tiktok_ops.event_outbox as outbox
    set
        state = case judged.reason
            when 'outcome_unknown' then 'expired_unknown'
            when 'too_old' then 'expired'
            when 'retries_exhausted' then 'quarantined'
            else 'suppressed'
        end,
        reason = judged.reason,
        hint = %(hints)s::jsonb ->> judged.reason,
        next_attempt_at = null,
        settled_at = clock.now
    from judged
    cross join clock
    where outbox.outbox_id = judged.outbox_id and judged.reason is not null
)

select
    (select batch.batch_id from batch) as batch_id,
    min(event_source) filter (where reason is null) as event_source,
    (select held.outbox_ids from held) as outbox_ids,
    -- A payload has no line break of its own.
    convert_to(string_agg(payload, e',\n') filter (where reason is null), 'UTF8') as payloads,
    array_agg(reason) filter (where reason is not null) as reasons,
    (select look.is_stale from look) as is_stale
from judged
