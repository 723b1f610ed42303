-- Pixels and event sets that have events to send now, refunds that may be let go, or a batch whose
-- worker may be gone. What ended long ago is not looked at.
with unfinished as (
    select queue.outbox_id
    from tiktok_ops.event_queue as queue
    union all
    select refund.outbox_id
    from tiktok_ops.event_outbox as refund
    where refund.waits_for_purchase
    union all
    select unnest(batches.outbox_ids) as outbox_id
    from tiktok_ops.event_batches as batches
    where batches.outcome in ('ready', 'sent')
)

select distinct outbox.event_source_id
from unfinished
inner join tiktok_ops.event_outbox as outbox
    on unfinished.outbox_id = outbox.outbox_id
where
    outbox.connection_id = %(connection_id)s
    and outbox.state in ('pending', 'inflight')
order by outbox.event_source_id
