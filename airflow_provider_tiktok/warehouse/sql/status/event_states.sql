select
    outbox.event_source_id,
    outbox.kind,
    stands.state,
    count(*) as events,
    min(outbox.enqueued_at) as oldest
from tiktok_ops.event_outbox as outbox
left join tiktok_ops.event_leases as leases
    on outbox.outbox_id = leases.outbox_id
cross join
    lateral (
        select case when leases.outbox_id is not null then 'inflight' else outbox.state end as state
    ) as stands
where outbox.connection_id = %(connection_id)s
group by outbox.event_source_id, outbox.kind, stands.state
order by outbox.event_source_id, outbox.kind, stands.state
