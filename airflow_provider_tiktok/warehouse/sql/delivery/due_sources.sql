-- Pixels and event sets that have events to send now, or refunds that may be let go.
select distinct outbox.event_source_id
from tiktok_ops.event_outbox as outbox
where
    outbox.connection_id = %(connection_id)s
    and outbox.state in ('pending', 'inflight')
order by outbox.event_source_id
