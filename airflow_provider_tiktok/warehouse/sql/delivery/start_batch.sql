-- Say that bytes are about to leave. No row: the lease was lost, and nothing may be sent.
update tiktok_ops.event_batches as batches
set
    outcome = 'sent',
    sent_at = clock.now,
    leased_until = clock.now + %(lease)s::interval
from (select tiktok_ops.now() as now) as clock
where
    batches.batch_id = %(batch_id)s
    and batches.outcome = 'ready'
    and batches.leased_until > clock.now
returning batches.batch_id
