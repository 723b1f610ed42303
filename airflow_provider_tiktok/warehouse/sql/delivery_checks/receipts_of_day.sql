-- Events of a pixel on one UTC day, by TikTok's name of today: accepted, and with unknown outcome.
select
    outbox.event_type,
    count(*) filter (where outbox.state = 'delivered') as receipts,
    count(*) filter (
        where outbox.state <> 'delivered' and tiktok_ops.may_be_at_tiktok(outbox)
    ) as unknown_outcomes
from tiktok_ops.event_outbox as outbox
where
    outbox.event_source_id = %(event_source_id)s
    and outbox.event_time >= %(day)s::date::timestamp at time zone 'UTC'
    and outbox.event_time < (%(day)s::date + 1)::timestamp at time zone 'UTC'
    and tiktok_ops.may_be_at_tiktok(outbox)
group by outbox.event_type
