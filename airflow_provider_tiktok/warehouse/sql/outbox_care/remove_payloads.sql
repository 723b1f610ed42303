-- Remove what ended events said once the retention time is over. The signals' names stay.
with clock as materialized (
    select tiktok_ops.now() as now
),

old as materialized (
    select payloads.outbox_id
    from tiktok_ops.event_payloads as payloads
    inner join tiktok_ops.event_outbox as outbox
        on payloads.outbox_id = outbox.outbox_id
    cross join clock
    where
        (payloads.payload is not null or payloads.subject_key is not null)
        and outbox.settled_at < clock.now - case
            -- A refund comes back with its purchase.
            when outbox.state = 'quarantined' or outbox.reason = 'purchase_not_delivered'
                then %(quarantine_age)s::interval
            else %(payload_age)s::interval
        end
    order by payloads.outbox_id
    limit %(most_rows)s
    for update of payloads skip locked
)

update tiktok_ops.event_payloads as payloads
set
    payload = null,
    subject_key = null
from old
where payloads.outbox_id = old.outbox_id
