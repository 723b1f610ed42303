-- Seconds until the next event of a pixel is due; below 0 it is due now, NULL there is none.
select extract(epoch from min(queue.next_attempt_at) - tiktok_ops.now())::double precision
from tiktok_ops.event_queue as queue
where queue.event_source_id = %(event_source_id)s
