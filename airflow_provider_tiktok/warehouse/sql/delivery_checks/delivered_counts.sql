-- Delivered events of a pixel on one UTC day, per event name.
select
    outbox.event,
    count(*) as events
from tiktok_ops.event_outbox as outbox
where
    outbox.event_source_id = %(event_source_id)s
    and outbox.state = 'delivered'
    and outbox.event_time >= %(day)s::date::timestamp at time zone 'UTC'
    and outbox.event_time < (%(day)s::date + 1)::timestamp at time zone 'UTC'
group by outbox.event
order by outbox.event
