-- Pixels whose events have been due for too long. A replayed event waits since its replay, a refund
-- only where no run ended it although it is too old by now.
select
    waiting.event_source_id,
    count(*) as events,
    max(clock.now - waiting.since) as age,
    coalesce(bool_or(controls.is_paused), false) as is_paused,
    max(controls.paused_by) as paused_by
from (
    select
        outbox.event_source_id,
        case
            when outbox.replays = 0 then outbox.enqueued_at
            else (
                select max(replays.requested_at)
                from tiktok_ops.event_replays as replays
                where replays.outbox_id = outbox.outbox_id
            )
        end as since
    from tiktok_ops.event_outbox as outbox
    where
        outbox.state in ('pending', 'inflight')
        and (
            not outbox.waits_for_purchase
            or outbox.event_time < tiktok_ops.now() - %(longest_age)s::interval
        )
) as waiting
left join tiktok_ops.delivery_controls as controls
    on waiting.event_source_id = controls.event_source_id
cross join (select tiktok_ops.now() as now) as clock
where waiting.since < clock.now - %(longest_wait)s::interval
group by waiting.event_source_id
order by waiting.event_source_id
