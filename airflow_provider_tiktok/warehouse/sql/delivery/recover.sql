-- Take back what the workers that are gone had leased. Where bytes may have left, the outcome is
-- unknown from now on.
with clock as materialized (
    select tiktok_ops.now() as now
),

expired as materialized (
    select batches.batch_id
    from tiktok_ops.event_batches as batches
    cross join clock
    where
        batches.outcome in ('ready', 'sent')
        and batches.leased_until < clock.now
    order by batches.batch_id
    for update of batches skip locked
),

closed as (
    update tiktok_ops.event_batches as batches
    set
        outcome = case when batches.outcome = 'sent' then 'lease_expired' else 'not_sent' end,
        finished_at = clock.now
    from expired
    cross join clock
    where batches.batch_id = expired.batch_id
    returning batches.batch_id, batches.outcome, batches.claimed_at, batches.outbox_ids
),

recovered as (
    update tiktok_ops.event_outbox as outbox
    set
        state = 'pending',
        next_attempt_at = clock.now,
        batch_id = closed.batch_id,
        attempts = greatest(outbox.attempts, 1),
        has_unknown_outcome = outbox.has_unknown_outcome or closed.outcome = 'lease_expired',
        first_sent_at = case
            when
                closed.outcome = 'not_sent'
                and coalesce(outbox.first_sent_at = closed.claimed_at, true)
                then null
            else coalesce(outbox.first_sent_at, closed.claimed_at)
        end
    from closed
    cross join unnest(closed.outbox_ids) as held (outbox_id)
    cross join clock
    where
        outbox.outbox_id = held.outbox_id
        and (
            (outbox.state = 'pending' and outbox.attempts = 0)
            or (outbox.state = 'inflight' and outbox.batch_id = closed.batch_id)
        )
    returning outbox.outbox_id
)

select count(*) as events
from recovered
