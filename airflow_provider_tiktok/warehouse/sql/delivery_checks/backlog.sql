-- Pixels whose events have been due for too long.
select
    outbox.event_source_id,
    count(*) as events,
    max(clock.now - outbox.enqueued_at) as age
from tiktok_ops.event_outbox as outbox
cross join (select tiktok_ops.now() as now) as clock
where
    outbox.state in ('pending', 'inflight')
    and not outbox.waits_for_purchase
    and outbox.enqueued_at < clock.now - %(longest_wait)s::interval
group by outbox.event_source_id
order by outbox.event_source_id
