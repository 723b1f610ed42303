select
    event_source_id,
    kind,
    state,
    count(*) as events,
    min(enqueued_at) as oldest
from tiktok_ops.event_outbox
where connection_id = %(connection_id)s
group by event_source_id, kind, state
order by event_source_id, kind, state
