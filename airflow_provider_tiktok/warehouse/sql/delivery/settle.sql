-- Write what came of a batch. Only events that still carry the batch's number change: it is their
-- fencing token. An answer that comes after the lease still counts while nobody took them again.
-- The first attempt of an event is written with its outcome.
with clock as materialized (
    select tiktok_ops.now() as now
),

batch as (
    update tiktok_ops.event_batches as batches
    set
        outcome = %(outcome)s,
        finished_at = clock.now,
        http_status = %(http_status)s,
        code = %(code)s,
        message = %(message)s,
        request_id = %(request_id)s
    from clock
    where
        batches.batch_id = %(batch_id)s
        and batches.outcome in ('ready', 'sent', 'lease_expired')
    returning batches.batch_id, batches.claimed_at, batches.outbox_ids
)

update tiktok_ops.event_outbox as outbox
set
    state = %(state)s,
    reason = %(reason)s,
    hint = %(hint)s,
    batch_id = (select batch.batch_id from batch),
    attempts = greatest(outbox.attempts, 1),
    failures = outbox.failures + %(failures)s,
    next_attempt_at = case
        when %(state)s = 'pending'
            then (select clock.now from clock) + make_interval(
                secs => greatest(
                    %(least_wait)s::double precision,
                    %(failures)s * %(chance)s::double precision * least(
                        %(longest_wait)s::double precision,
                        %(first_wait)s::double precision * power(2, least(outbox.failures, 20))
                    )
                )
            )
    end,
    has_unknown_outcome = case
        when %(state)s = 'delivered' then false
        else outbox.has_unknown_outcome or %(is_unknown)s
    end,
    first_sent_at = case
        when
            %(was_refused)s
            and coalesce(outbox.first_sent_at = (select batch.claimed_at from batch), true)
            then null
        else coalesce(outbox.first_sent_at, (select batch.claimed_at from batch))
    end,
    settled_at = case when %(state)s <> 'pending' then (select clock.now from clock) end
where
    outbox.outbox_id = any((select batch.outbox_ids from batch)::bigint[])
    and (
        (outbox.state = 'pending' and outbox.attempts = 0)
        or (
            outbox.batch_id = (select batch.batch_id from batch)
            and (
                outbox.state = 'inflight'
                or (outbox.state = 'pending' and %(state)s = 'delivered')
            )
        )
    )
