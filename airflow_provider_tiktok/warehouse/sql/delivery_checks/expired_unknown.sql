-- Events that were given up lately because nobody knows whether TikTok has them.
select
    outbox.event_source_id,
    count(*) as events
from tiktok_ops.event_outbox as outbox
where
    outbox.state = 'expired_unknown'
    and outbox.settled_at > tiktok_ops.now() - %(period)s::interval
group by outbox.event_source_id
order by outbox.event_source_id
