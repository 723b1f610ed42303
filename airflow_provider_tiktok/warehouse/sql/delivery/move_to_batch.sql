-- Give some events of a batch a batch of their own, with a lease and their next attempts. No row:
-- the batch does not hold them any more.
with clock as materialized (
    select tiktok_ops.now() as now
),

held as materialized (
    select
        outbox.outbox_id,
        outbox.attempts
    from tiktok_ops.event_outbox as outbox
    where
        outbox.outbox_id = any(%(outbox_ids)s::bigint[])
        and outbox.batch_id = %(batch_id)s
        and outbox.state = 'inflight'
    order by outbox.outbox_id
    for update
),

batch as (
    insert into tiktok_ops.event_batches (
        event_source_id, run_id, worker, events, outbox_ids, claimed_at, leased_until
    )
    select
        %(event_source_id)s as event_source_id,
        %(run_id)s as run_id,
        %(worker)s as worker,
        count(*) as events,
        array_agg(held.outbox_id) as outbox_ids,
        clock.now as claimed_at,
        clock.now + %(lease)s::interval as leased_until
    from held
    cross join clock
    group by clock.now
    returning batch_id, outbox_ids
),

earlier as (
    insert into tiktok_ops.event_earlier_attempts (outbox_id, attempt, batch_id)
    select
        outbox_id,
        attempts,
        %(batch_id)s as batch_id
    from held
),

moved as (
    update tiktok_ops.event_outbox as outbox
    set
        batch_id = batch.batch_id,
        attempts = outbox.attempts + 1,
        first_sent_at = coalesce(outbox.first_sent_at, clock.now)
    from held
    cross join batch
    cross join clock
    where outbox.outbox_id = held.outbox_id
)

select
    batch_id,
    outbox_ids
from batch
