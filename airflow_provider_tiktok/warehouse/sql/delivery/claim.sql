-- Take the next events of one pixel: lease them to a new batch and write their attempts, or end
-- those that may not leave any more. One statement, so that nothing comes between the two.
-- An event that holds a signal which the connection no longer allows is given back to the enqueue,
-- which builds it anew: its source_hash is gone, so that its row counts as changed.
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

picked as materialized (
    select
        queue.next_attempt_at,
        queue.outbox_id,
        queue.ctid as queue_ctid
    from tiktok_ops.event_queue as queue
    where
        queue.event_source_id = %(event_source_id)s
        and queue.next_attempt_at <= (select clock.now from clock)
        and (select gate.is_open from gate)
    order by queue.next_attempt_at, queue.outbox_id
    limit %(batch_size)s
    -- Whoever takes an event out of the queue has it: a row that is gone meanwhile is passed over.
    for update of queue skip locked
),

due as materialized (
    select
        outbox.outbox_id,
        outbox.event_source,
        outbox.kind,
        outbox.event_time,
        outbox.consent_state,
        outbox.limited_data_use,
        outbox.attempts,
        outbox.failures,
        outbox.batch_id,
        outbox.first_sent_at,
        outbox.has_unknown_outcome,
        outbox.ctid as outbox_ctid
    from tiktok_ops.event_outbox as outbox
    where
        outbox.outbox_id = any(array(select picked.outbox_id from picked))
        and outbox.next_attempt_at <= (select clock.now from clock)
        -- One call has one event source.
        and outbox.event_source = (
            select one.event_source
            from tiktok_ops.event_outbox as one
            where
                one.outbox_id = (
                    select picked.outbox_id
                    from picked
                    order by picked.next_attempt_at, picked.outbox_id
                    limit 1
                )
        )
    -- Whoever changes an event has its row: it is left to the next claim.
    for update of outbox skip locked
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
        case
            when %(is_refunds_off)s and due.kind = 'refund' then 'refunds_off'
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
                and due.failures >= %(fewest_failures)s
                and due.first_sent_at <= (select clock.failing_since from clock)
                -- Not where nobody tried: a paused pixel, a dead token.
                and (
                    select batches.finished_at
                    from tiktok_ops.event_batches as batches
                    where batches.batch_id = due.batch_id
                ) >= due.first_sent_at + %(transient_window)s::interval / 2
                then 'retries_exhausted'
        end as reason
    from due
    where not (select look.is_stale from look)
),

held as materialized (
    select
        count(*) filter (where payloads.may_leave) as events,
        array_agg(payloads.outbox_id order by payloads.outbox_id) filter (
            where payloads.may_leave
        ) as outbox_ids,
        -- A payload has no line break of its own.
        string_agg(payloads.payload, e',\n' order by payloads.outbox_id) filter (
            where payloads.may_leave
        ) as data,
        coalesce(
            array_agg(payloads.outbox_id) filter (where payloads.payload is null), '{}'
        ) as without_payload,
        coalesce(
            array_agg(payloads.outbox_id) filter (where not payloads.may_leave), '{}'
        ) as says_too_much
    from (
        select
            outbox_id,
            payload,
            case
                when payload is not null
                    then %(may_all_signals)s or signals <@ %(allowed_signals)s::text[]
            end as may_leave
        from tiktok_ops.event_payloads
        where
            outbox_id = any(
                array(
                    select judged.outbox_id
                    from judged
                    where judged.reason is null
                )
            )
    ) as payloads
),

decided as materialized (
    select
        judged.outbox_id,
        judged.attempts,
        judged.batch_id,
        judged.outbox_ctid,
        case
            when judged.outbox_id = any(held.without_payload) then 'payload_removed'
            when judged.outbox_id = any(held.says_too_much) then 'signals_changed'
            else judged.reason
        end as reason
    from judged
    cross join held
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
    from decided
    where reason is null and batch_id is not null
),

taken as (
    delete from tiktok_ops.event_queue as queue
    where
        queue.ctid = any(array(select picked.queue_ctid from picked))
        and not queue.outbox_id = any(
            array(
                select picked.outbox_id from picked
                except
                select decided.outbox_id
                from decided
                where decided.reason is distinct from 'signals_changed'
            )
        )
),

leased as (
    update tiktok_ops.event_outbox as outbox
    set
        state = 'inflight',
        next_attempt_at = null,
        batch_id = (select batch.batch_id from batch),
        attempts = outbox.attempts + 1,
        first_sent_at = coalesce(outbox.first_sent_at, (select clock.now from clock))
    where
        outbox.ctid = any(
            array(
                select decided.outbox_ctid
                from decided
                where decided.reason is null and decided.attempts > 0
            )
        )
),

given_back as (
    update tiktok_ops.event_outbox as outbox
    set
        source_hash = '',
        next_attempt_at = clock.now + interval '15 minutes'
    from decided
    cross join clock
    where outbox.outbox_id = decided.outbox_id and decided.reason = 'signals_changed'
),

ended as (
    update tiktok_ops.event_outbox as outbox
    set
        state = case decided.reason
            when 'outcome_unknown' then 'expired_unknown'
            when 'too_old' then 'expired'
            when 'retries_exhausted' then 'quarantined'
            else 'suppressed'
        end,
        reason = decided.reason,
        hint = %(hints)s::jsonb ->> decided.reason,
        next_attempt_at = null,
        settled_at = clock.now
    from decided
    cross join clock
    where outbox.outbox_id = decided.outbox_id and decided.reason <> 'signals_changed'
)

select
    (select batch.batch_id from batch) as batch_id,
    (select min(judged.event_source) from judged) as event_source,
    held.outbox_ids,
    convert_to(held.data, 'UTF8') as payloads,
    (
        select array_agg(decided.reason)
        from decided
        where decided.reason is not null
    ) as reasons,
    look.is_stale
from held
cross join look
