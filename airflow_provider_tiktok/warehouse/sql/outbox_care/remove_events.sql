-- Remove ended events with their receipts once the retention time is over.
with clock as materialized (
    select tiktok_ops.now() as now
),

old as materialized (
    select outbox.outbox_id
    from tiktok_ops.event_outbox as outbox
    cross join clock
    where outbox.settled_at < clock.now - %(receipt_age)s::interval
    order by outbox.outbox_id
    limit %(most_rows)s
    for update of outbox skip locked
),

attempts as (
    delete from tiktok_ops.event_earlier_attempts as attempts
    using old
    where attempts.outbox_id = old.outbox_id
),

replays as (
    delete from tiktok_ops.event_replays as replays
    using old
    where replays.outbox_id = old.outbox_id
)

delete from tiktok_ops.event_outbox as outbox
using old
where outbox.outbox_id = old.outbox_id
