-- Whose events these are.
select distinct payloads.subject_key
from tiktok_ops.event_outbox as outbox
inner join tiktok_ops.event_payloads as payloads
    on outbox.outbox_id = payloads.outbox_id
where
    outbox.connection_id = %(connection_id)s
    and outbox.event_id = any(%(event_ids)s::text[])
    and payloads.subject_key is not null
