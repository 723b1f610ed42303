-- Seconds until the next event of a pixel is due; below 0 it is due now, NULL there is none.
select
    extract(epoch from min(outbox.next_attempt_at) - tiktok_ops.now())::double precision as seconds
from tiktok_ops.event_outbox as outbox
where
    outbox.event_source_id = %(event_source_id)s
    and outbox.state = 'pending'
    and not outbox.waits_for_purchase
