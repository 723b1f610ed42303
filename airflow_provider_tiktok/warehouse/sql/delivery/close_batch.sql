-- Write what came of a batch whose events go on in smaller batches.
with batch as (
    update tiktok_ops.event_batches as batches
    set
        outcome = %(outcome)s,
        finished_at = tiktok_ops.now(),
        http_status = %(http_status)s,
        code = %(code)s,
        message = %(message)s,
        request_id = %(request_id)s
    where
        batches.batch_id = %(batch_id)s
        and batches.outcome in ('ready', 'sent', 'lease_expired')
    returning batches.batch_id, batches.claimed_at, batches.outbox_ids
)

update tiktok_ops.event_outbox as outbox
set
    state = 'inflight',
    next_attempt_at = null,
    batch_id = batch.batch_id,
    attempts = greatest(outbox.attempts, 1),
    has_unknown_outcome = outbox.has_unknown_outcome or %(is_unknown)s,
    first_sent_at = case
        when %(was_refused)s and coalesce(outbox.first_sent_at = batch.claimed_at, true) then null
        else coalesce(outbox.first_sent_at, batch.claimed_at)
    end
from batch
cross join unnest(batch.outbox_ids) as held (outbox_id)
where
    outbox.outbox_id = held.outbox_id
    and (
        (outbox.state = 'pending' and outbox.attempts = 0)
        or (outbox.state = 'inflight' and outbox.batch_id = batch.batch_id)
    )
