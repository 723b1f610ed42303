-- Lock the events whose row says something else now: a worker has them from before, or not at all.
select count(*) as events
from (
    select
    from staged_events as staged
    inner join tiktok_ops.event_outbox as outbox
        using (event_id, event_source_id, event_type)
    where outbox.source_hash <> staged.source_hash
    order by outbox.outbox_id
    for update of outbox
) as locked
