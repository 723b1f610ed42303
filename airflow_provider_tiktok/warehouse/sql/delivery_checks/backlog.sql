-- Pixels whose events have been due for too long.
select
    outbox.event_source_id,
    count(*) as events,
    max(clock.now - outbox.enqueued_at) as age,
    coalesce(bool_or(controls.is_paused), false) as is_paused,
    max(controls.paused_by) as paused_by
from tiktok_ops.event_outbox as outbox
left join tiktok_ops.delivery_controls as controls
    on outbox.event_source_id = controls.event_source_id
cross join (select tiktok_ops.now() as now) as clock
where
    outbox.state in ('pending', 'inflight')
    and not outbox.waits_for_purchase
    and outbox.enqueued_at < clock.now - %(longest_wait)s::interval
group by outbox.event_source_id
order by outbox.event_source_id
