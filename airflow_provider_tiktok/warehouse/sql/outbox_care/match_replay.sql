-- Ended events that a replay asks for, and what stands against sending each again.
with clock as materialized (
    select tiktok_ops.now() as now
),

matched as materialized (
    select
        outbox.outbox_id,
        outbox.event_id,
        outbox.event_source_id,
        outbox.kind,
        case
            when payloads.payload is null then 'no_payload'
            when
                not %(is_past_horizon)s
                and coalesce(outbox.first_sent_at <= clock.now - %(horizon)s::interval, true)
                and tiktok_ops.may_be_at_tiktok(outbox)
                then 'past_horizon'
            else 'replayed'
        end as verdict
    from tiktok_ops.event_outbox as outbox
    inner join tiktok_ops.event_payloads as payloads
        on outbox.outbox_id = payloads.outbox_id
    cross join clock
    where
        outbox.settled_at is not null
        and (%(connection_id)s::text is null or outbox.connection_id = %(connection_id)s)
        and (%(event_ids)s::text[] is null or outbox.event_id = any(%(event_ids)s::text[]))
        and (%(states)s::text[] is null or outbox.state = any(%(states)s::text[]))
        and (%(reasons)s::text[] is null or outbox.reason = any(%(reasons)s::text[]))
        and (%(event)s::text is null or outbox.event = %(event)s)
        and (
            %(event_source_id)s::text is null
            or outbox.event_source_id = %(event_source_id)s
        )
        and (%(since)s::timestamptz is null or outbox.event_time >= %(since)s)
        and (%(until)s::timestamptz is null or outbox.event_time < %(until)s)
        and (
            %(run_id)s::text is null
            or exists (
                select 1
                from tiktok_ops.event_attempts as attempts
                inner join tiktok_ops.event_batches as batches
                    on attempts.batch_id = batches.batch_id
                where
                    attempts.outbox_id = outbox.outbox_id
                    and batches.run_id = %(run_id)s
            )
        )
),

-- A refund that was given up because of its purchase comes back with it.
dependent as (
    select distinct
        refund.outbox_id,
        case when payloads.payload is null then 'no_payload' else 'with_purchase' end as verdict
    from matched
    inner join tiktok_ops.event_outbox as refund
        on
            matched.event_id = refund.purchase_event_id
            and matched.event_source_id = refund.event_source_id
    inner join tiktok_ops.event_payloads as payloads
        on refund.outbox_id = payloads.outbox_id
    where
        matched.verdict = 'replayed'
        and refund.reason = 'purchase_not_delivered'
        and refund.settled_at is not null
)

select
    outbox_id,
    verdict
from matched
union all
select
    outbox_id,
    verdict
from dependent
where outbox_id not in (select matched.outbox_id from matched)
