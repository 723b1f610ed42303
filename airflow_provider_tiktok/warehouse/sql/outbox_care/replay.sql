-- Let ended events wait for delivery again, and write down who asked for it.
with clock as materialized (
    select tiktok_ops.now() as now
),

ended as materialized (
    select
        outbox.outbox_id,
        outbox.state,
        outbox.reason,
        may_be.at_tiktok and may_be.past_horizon as is_past_horizon,
        may_be.at_tiktok and not may_be.past_horizon as may_be_dropped
    from tiktok_ops.event_outbox as outbox
    cross join clock
    cross join
        lateral (
            select
                tiktok_ops.may_be_at_tiktok(outbox) as at_tiktok,
                coalesce(outbox.first_sent_at <= clock.now - %(horizon)s::interval, true)
                    as past_horizon
        ) as may_be
    where
        outbox.outbox_id = any(%(outbox_ids)s::bigint[])
        and outbox.settled_at is not null
    order by outbox.outbox_id
    for update of outbox
),

recorded as (
    insert into tiktok_ops.event_replays (
        outbox_id, replay, from_state, from_reason, requested_by, requested_at, is_past_horizon
    )
    select
        ended.outbox_id,
        outbox.replays + 1 as replay,
        ended.state as from_state,
        ended.reason as from_reason,
        %(requested_by)s as requested_by,
        clock.now as requested_at,
        ended.is_past_horizon
    from ended
    inner join tiktok_ops.event_outbox as outbox
        on ended.outbox_id = outbox.outbox_id
    cross join clock
),

replayed as (
    update tiktok_ops.event_outbox as outbox
    set
        state = 'pending',
        reason = null,
        hint = null,
        failures = 0,
        replays = outbox.replays + 1,
        waits_for_purchase = outbox.kind = 'refund',
        next_attempt_at = case when outbox.kind <> 'refund' then clock.now end,
        settled_at = null,
        -- TikTok drops a copy of what it has for 48 hours. A new window opens for what it does not
        -- have, and where a person asked for it.
        first_sent_at = case when ended.may_be_dropped then outbox.first_sent_at end,
        has_unknown_outcome = ended.may_be_dropped
    from ended
    cross join clock
    where outbox.outbox_id = ended.outbox_id
    returning outbox.outbox_id
)

select count(*) as events
from replayed
