-- Take the next events of one pixel: lease them to a new batch and write their attempts, or end
-- those that may not leave any more. One statement, so that nothing comes between the two.
with clock as materialized (
    select tiktok_ops.now() as now
),

gate as (
    select
        not exists (
            select 1
            from tiktok_ops.delivery_controls as controls
            where
                controls.event_source_id = %(event_source_id)s
                and (controls.is_paused or controls.blocked_until > clock.now)
        )
        and not exists (
            select 1
            from tiktok_raw.pixels as pixels
            where pixels.pixel_code = %(event_source_id)s and not pixels.is_enabled
        ) as is_open
    from clock
),

due as materialized (
    select
        outbox.outbox_id,
        outbox.event_source,
        outbox.event_time,
        outbox.consent_state,
        outbox.limited_data_use,
        outbox.attempts,
        outbox.first_sent_at,
        outbox.has_unknown_outcome
    from tiktok_ops.event_outbox as outbox
    where
        outbox.event_source_id = %(event_source_id)s
        and outbox.next_attempt_at <= (select clock.now from clock)
        and (select gate.is_open from gate)
        -- One call has one event source.
        and outbox.event_source = (
            select first_due.event_source
            from tiktok_ops.event_outbox as first_due
            where
                first_due.event_source_id = %(event_source_id)s
                and first_due.next_attempt_at is not null
            order by first_due.next_attempt_at, first_due.outbox_id
            limit 1
        )
    order by outbox.next_attempt_at, outbox.outbox_id
    limit %(batch_size)s
    for update skip locked
),

judged as materialized (
    select
        due.outbox_id,
        due.event_source,
        due.attempts,
        payloads.payload,
        case
            when payloads.payload is null then 'payload_removed'
            when %(is_strict)s and due.consent_state <> 'granted'
                then 'consent_' || due.consent_state
            when %(is_strict)s and due.limited_data_use and due.event_source <> 'web'
                then 'limited_data_use'
            when
                due.has_unknown_outcome
                and due.first_sent_at <= clock.now - %(unknown_window)s::interval
                then 'outcome_unknown'
            when
                due.event_time < clock.now - case due.event_source
                    when 'web' then %(web_age)s::interval
                    when 'crm' then %(crm_age)s::interval
                    else %(offline_age)s::interval
                end
                then 'too_old'
            when
                not due.has_unknown_outcome
                and due.first_sent_at <= clock.now - %(transient_window)s::interval
                then 'retries_exhausted'
        end as reason
    from due
    inner join tiktok_ops.event_payloads as payloads
        on due.outbox_id = payloads.outbox_id
    cross join clock
),

batch as (
    insert into tiktok_ops.event_batches (
        event_source_id, run_id, worker, events, claimed_at, leased_until
    )
    select
        %(event_source_id)s as event_source_id,
        %(run_id)s as run_id,
        %(worker)s as worker,
        count(*) as events,
        clock.now as claimed_at,
        clock.now + %(lease)s::interval as leased_until
    from judged
    cross join clock
    where judged.reason is null
    group by clock.now
    returning batch_id
),

attempts as (
    insert into tiktok_ops.event_attempts (outbox_id, attempt, batch_id)
    select
        judged.outbox_id,
        judged.attempts + 1 as attempt,
        batch.batch_id
    from judged
    cross join batch
    where judged.reason is null
),

leased as (
    update tiktok_ops.event_outbox as outbox
    set
        state = 'inflight',
        next_attempt_at = null,
        batch_id = batch.batch_id,
        attempts = outbox.attempts + 1,
        first_sent_at = coalesce(outbox.first_sent_at, clock.now)
    from judged
    cross join batch
    cross join clock
    where outbox.outbox_id = judged.outbox_id and judged.reason is null
),

ended as (
    update tiktok_ops.event_outbox as outbox
    set
        state = case judged.reason
            when 'outcome_unknown' then 'expired_unknown'
            when 'too_old' then 'expired'
            when 'retries_exhausted' then 'quarantined'
            else 'suppressed'
        end,
        reason = judged.reason,
        hint = %(hints)s::jsonb ->> judged.reason,
        next_attempt_at = null,
        settled_at = clock.now
    from judged
    cross join clock
    where outbox.outbox_id = judged.outbox_id and judged.reason is not null
)

select
    batch.batch_id,
    judged.outbox_id,
    judged.event_source,
    judged.reason,
    case when judged.reason is null then judged.payload end as payload
from judged
left join batch
    on judged.reason is null
order by judged.outbox_id
