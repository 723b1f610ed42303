-- Take what people's events say, and stop those that wait. Key, state and times stay. lock_said.sql
-- has locked them.
with clock as materialized (
    select tiktok_ops.now() as now
),

said as materialized (
    select payloads.outbox_id
    from tiktok_ops.event_payloads as payloads
    where payloads.subject_key = any(%(subject_keys)s::text[])
),

emptied as (
    update tiktok_ops.event_payloads as payloads
    set
        subject_key = null,
        payload = null,
        payload_hash = null,
        signals = '{}',
        withheld = '{}',
        forgotten_at = clock.now
    from said
    cross join clock
    where payloads.outbox_id = said.outbox_id
),

stopped as (
    update tiktok_ops.event_outbox as outbox
    set
        state = 'suppressed',
        reason = 'forgotten',
        hint = %(hint)s,
        waits_for_purchase = false,
        next_attempt_at = null,
        settled_at = clock.now
    from said
    cross join clock
    where
        outbox.outbox_id = said.outbox_id
        and outbox.state = 'pending'
        and not tiktok_ops.is_leased(outbox)
    returning outbox.outbox_id
)

select
    (select count(*) from said) as events,
    (select count(*) from stopped) as stopped
