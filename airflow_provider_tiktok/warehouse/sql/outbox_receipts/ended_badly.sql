-- Events that were not delivered for good, the newest first, with what TikTok said of them.
select
    outbox.event_id,
    outbox.event,
    outbox.event_source_id,
    outbox.state,
    outbox.reason,
    outbox.hint,
    outbox.settled_at,
    payloads.payload is not null as can_be_replayed,
    batches.code,
    batches.message,
    batches.request_id,
    count(*) over () as total
from tiktok_ops.event_outbox as outbox
left join tiktok_ops.event_payloads as payloads
    on outbox.outbox_id = payloads.outbox_id
left join tiktok_ops.event_batches as batches
    on outbox.batch_id = batches.batch_id and batches.code is not null and batches.code <> 0
where
    outbox.connection_id = %(connection_id)s
    and outbox.state = any(%(states)s::text[])
    and (%(reason)s::text is null or outbox.reason = %(reason)s)
    and (
        %(event_source_id)s::text is null
        or outbox.event_source_id = %(event_source_id)s
    )
order by outbox.settled_at desc, outbox.outbox_id desc
limit %(most_rows)s
