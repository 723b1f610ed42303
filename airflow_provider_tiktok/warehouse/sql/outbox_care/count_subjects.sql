-- How many events people have here, and how many of them still wait.
select
    count(*) as events,
    count(*) filter (where outbox.state = 'pending' and not tiktok_ops.is_leased(outbox)) as stopped
from tiktok_ops.event_payloads as payloads
inner join tiktok_ops.event_outbox as outbox
    on payloads.outbox_id = outbox.outbox_id
where payloads.subject_key = any(%(subject_keys)s::text[])
