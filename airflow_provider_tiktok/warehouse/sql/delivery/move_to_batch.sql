-- Give some events of a batch a batch of their own, with a lease and their next attempts.
with clock as materialized (
    select tiktok_ops.now() as now
),

batch as (
    insert into tiktok_ops.event_batches (
        event_source_id, run_id, worker, events, claimed_at, leased_until
    )
    select
        %(event_source_id)s as event_source_id,
        %(run_id)s as run_id,
        %(worker)s as worker,
        cardinality(%(outbox_ids)s::bigint[]) as events,
        clock.now as claimed_at,
        clock.now + %(lease)s::interval as leased_until
    from clock
    returning batch_id
),

moved as (
    update tiktok_ops.event_outbox as outbox
    set
        batch_id = batch.batch_id,
        attempts = outbox.attempts + 1,
        first_sent_at = coalesce(outbox.first_sent_at, clock.now)
    from batch
    cross join clock
    where
        outbox.outbox_id = any(%(outbox_ids)s::bigint[])
        and outbox.batch_id = %(batch_id)s
        and outbox.state = 'inflight'
    returning outbox.outbox_id, outbox.attempts, outbox.batch_id
),

attempts as (
    insert into tiktok_ops.event_attempts (outbox_id, attempt, batch_id)
    select
        outbox_id,
        attempts,
        batch_id
    from moved
)

select
    batch.batch_id,
    (select array_agg(moved.outbox_id) from moved) as outbox_ids
from batch
