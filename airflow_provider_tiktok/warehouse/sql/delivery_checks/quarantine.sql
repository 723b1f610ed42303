-- Pixels of whose events too many were quarantined lately, with the most frequent reason.
select
    outbox.event_source_id,
    count(*) filter (where outbox.state = 'quarantined') as quarantined,
    count(*) as ended,
    mode() within group (order by outbox.reason) filter (where outbox.state = 'quarantined')
        as reason
from tiktok_ops.event_outbox as outbox
where
    outbox.settled_at > tiktok_ops.now() - %(period)s::interval
    and outbox.state in ('delivered', 'quarantined')
group by outbox.event_source_id
having
    count(*) filter (where outbox.state = 'quarantined')
    > greatest(%(most_share)s * count(*), %(most_events)s)
order by outbox.event_source_id
