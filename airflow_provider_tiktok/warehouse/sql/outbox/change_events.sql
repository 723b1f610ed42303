-- Rows that the outbox has read before and that say something else now. lock_changed.sql has locked
-- them, so that it is certain which of them a worker has: those are left to the next enqueue.
--
-- forgotten: its person was, so it stays empty, whatever key its row has by now.
-- frozen: TikTok may have the event, so what it says stays; the difference is flagged.
-- withdrawn: consent was granted when the event was built and is not any more; it stops, and keeps
--   what may leave without consent, so that a replay cannot send more.
-- stopped: the same, but TikTok may have the event, so what it says stays. Its consent stays with
--   it: by that the delivery finds what consent no longer covers, and stops a replay.
-- refreshed: nothing arrived yet, so the event takes what the row says now.
-- corrected: the event ended without arriving; it takes what the row says, and waits for a replay.
with existing as materialized (
    select
        outbox.outbox_id,
        outbox.state as old_state,
        payloads.payload_hash as old_payload_hash,
        staged.*,
        case
            when payloads.forgotten_at is not null then 'forgotten'
            when
                outbox.state = 'pending' and outbox.consent_state = 'granted'
                and (
                    staged.consent_state <> 'granted'
                    or (staged.limited_data_use and at_tiktok.may_be)
                )
                then case when at_tiktok.may_be then 'stopped' else 'withdrawn' end
            -- TikTok refused it alone, so it has no copy of what it was sent.
            when outbox.state = 'quarantined' and outbox.reason = 'rejected_by_tiktok'
                then 'corrected'
            when at_tiktok.may_be then 'frozen'
            when outbox.state = 'pending' then 'refreshed'
            else 'corrected'
        end as verdict
    from staged_events as staged
    inner join tiktok_ops.event_outbox as outbox
        using (event_id, event_source_id, event_type)
    left join tiktok_ops.event_payloads as payloads
        on outbox.outbox_id = payloads.outbox_id
    cross join lateral (select tiktok_ops.may_be_at_tiktok(outbox) as may_be) as at_tiktok
    where outbox.source_hash <> staged.source_hash and not tiktok_ops.is_leased(outbox)
    order by outbox.outbox_id
    for update of outbox
),

judged as materialized (
    select
        existing.*,
        case
            when existing.verdict in ('withdrawn', 'stopped') then 'suppressed'
            when existing.verdict = 'refreshed' then existing.state
            else existing.old_state
        end as new_state,
        -- A row that cannot be read leaves what was read of it before.
        (existing.state <> 'quarantined' or existing.verdict = 'refreshed') as is_readable,
        -- A row that builds no event any more (it is too old by now) says nothing of the payload.
        existing.payload_hash <> coalesce(existing.old_payload_hash, '') as has_new_payload
    from existing
),

said as (
    update tiktok_ops.event_payloads as payloads
    set
        subject_key = judged.subject_key,
        payload = judged.payload,
        payload_hash = judged.payload_hash,
        signals = judged.signals,
        withheld = judged.withheld
    from judged
    where
        payloads.outbox_id = judged.outbox_id
        and judged.verdict in ('refreshed', 'corrected', 'withdrawn')
),

frozen as (
    update tiktok_ops.event_outbox as outbox
    set
        source_hash = judged.source_hash,
        payload_changed_at = case
            when judged.verdict = 'forgotten' or judged.has_new_payload is null
                then outbox.payload_changed_at
            when judged.has_new_payload then %(now)s
        end,
        state = judged.new_state,
        reason
        = case when judged.verdict = 'stopped' then 'consent_withdrawn' else outbox.reason end,
        hint = case when judged.verdict = 'stopped' then %(withdrawn_hint)s else outbox.hint end,
        waits_for_purchase = outbox.waits_for_purchase and judged.verdict <> 'stopped',
        next_attempt_at = case when judged.verdict <> 'stopped' then outbox.next_attempt_at end,
        settled_at = case when judged.verdict = 'stopped' then %(now)s else outbox.settled_at end
    from judged
    where
        outbox.outbox_id = judged.outbox_id
        and judged.verdict in ('frozen', 'stopped', 'forgotten')
),

taken as (
    update tiktok_ops.event_outbox as outbox
    set
        connection_id = judged.connection_id,
        event_source = case
            when judged.is_readable then judged.event_source else outbox.event_source
        end,
        event = judged.event,
        kind = case when judged.is_readable then judged.kind else outbox.kind end,
        purchase_event_id = judged.purchase_event_id,
        event_time = case
            when judged.is_readable then judged.event_time else outbox.event_time
        end,
        consent_state = judged.consent_state,
        limited_data_use = judged.limited_data_use,
        source_hash = judged.source_hash,
        state = judged.new_state,
        waits_for_purchase = judged.waits_for_purchase and judged.new_state = 'pending',
        -- A final state and its reason change through a replay only.
        reason = case
            when judged.verdict = 'withdrawn' then 'consent_withdrawn'
            when judged.new_state = judged.state then judged.reason else outbox.reason
        end,
        hint = case
            when judged.verdict = 'withdrawn' then %(withdrawn_hint)s
            when judged.new_state = judged.state then judged.hint
            when judged.state = 'pending' then %(corrected_hint)s
            else outbox.hint
        end,
        next_attempt_at = case
            when judged.new_state = 'pending' and not judged.waits_for_purchase
                then least(outbox.next_attempt_at, %(now)s)
        end,
        settled_at = case
            when judged.new_state = 'pending' then null
            else coalesce(outbox.settled_at, %(now)s)
        end
    from judged
    where
        outbox.outbox_id = judged.outbox_id
        and judged.verdict in ('refreshed', 'corrected', 'withdrawn')
)

select
    counted.change,
    count(*) as events
from (
    select
        case
            when verdict = 'forgotten' then 'unchanged'
            when verdict = 'frozen' and has_new_payload is not true then 'unchanged'
            when verdict = 'stopped' then 'withdrawn'
            else verdict
        end as change
    from judged
) as counted
group by counted.change
