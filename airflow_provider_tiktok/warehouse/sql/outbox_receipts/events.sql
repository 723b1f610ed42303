-- Where events stand and what they say, by event_id; the same id may be at several pixels.
select
    outbox.outbox_id,
    outbox.event_id,
    outbox.event,
    outbox.kind,
    outbox.event_source,
    outbox.event_source_id,
    outbox.event_time,
    outbox.consent_state,
    outbox.limited_data_use,
    case when tiktok_ops.is_leased(outbox) then 'inflight' else outbox.state end as state,
    outbox.reason,
    outbox.hint,
    outbox.waits_for_purchase,
    outbox.purchase_event_id,
    purchase.state as purchase_state,
    outbox.has_unknown_outcome,
    outbox.enqueued_at,
    case when not tiktok_ops.is_leased(outbox) then outbox.next_attempt_at end as next_attempt_at,
    outbox.settled_at,
    outbox.payload_changed_at,
    coalesce(payloads.signals, '{}') as signals,
    coalesce(payloads.withheld, '{}') as withheld,
    payloads.payload,
    payloads.payload_hash
from tiktok_ops.event_outbox as outbox
left join tiktok_ops.event_payloads as payloads
    on outbox.outbox_id = payloads.outbox_id
left join
    lateral (
        -- As the delivery sees it: one of the purchase's events is enough.
        select other.state
        from tiktok_ops.event_outbox as other
        where
            other.event_id = outbox.purchase_event_id
            and other.event_source_id = outbox.event_source_id
            and other.kind = 'conversion'
        order by other.state <> 'delivered', other.state not in ('pending', 'inflight')
        limit 1
    ) as purchase
    on true
where
    outbox.connection_id = %(connection_id)s
    and outbox.event_id = any(%(event_ids)s::text[])
    and (
        %(event_source_id)s::text is null
        or outbox.event_source_id = %(event_source_id)s
    )
order by outbox.event_id, outbox.event_source_id, outbox.event, outbox.outbox_id
