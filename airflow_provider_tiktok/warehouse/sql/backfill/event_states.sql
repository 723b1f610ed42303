-- Events of a scope that the outbox has, by where they stand; those that were settled before
-- settled_since were settled by someone else.
select
    outbox.event_source_id,
    outbox.state,
    outbox.reason,
    outbox.waits_for_purchase,
    outbox.settled_at is not null
    and (
        %(settled_since)s::timestamptz is null or outbox.settled_at < %(settled_since)s
    ) as was_settled,
    count(*) as events
from tiktok_ops.event_outbox as outbox
where
    outbox.connection_id = %(connection_id)s
    and outbox.kind = %(kind)s
    and outbox.event_time >= %(since)s
    and outbox.event_time < %(until)s
    and (
        %(event_source_ids)s::text[] is null
        or outbox.event_source_id = any(%(event_source_ids)s::text[])
    )
    and (%(event_source)s::text is null or outbox.event_source = %(event_source)s)
group by
    outbox.event_source_id,
    outbox.state,
    outbox.reason,
    outbox.waits_for_purchase,
    was_settled
