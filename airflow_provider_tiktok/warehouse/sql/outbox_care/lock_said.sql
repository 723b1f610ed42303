-- Lock the events of people: a worker has them from before, or not at all.
select count(*) as events
from (
    select
    from tiktok_ops.event_payloads as payloads
    inner join tiktok_ops.event_outbox as outbox
        on payloads.outbox_id = outbox.outbox_id
    where payloads.subject_key = any(%(subject_keys)s::text[])
    order by outbox.outbox_id
    for update of outbox
) as locked
