-- Let refunds go whose purchase was delivered, and end those that have nothing to take back.
with clock as materialized (
    select tiktok_ops.now() as now
),

waiting as materialized (
    select
        refund.outbox_id,
        case
            when %(is_refunds_off)s then 'refunds_off'
            when purchase.is_delivered then 'released'
            when purchase.is_open then 'waiting'
            when purchase.is_known then 'purchase_not_delivered'
            when
                refund.event_time < clock.now - case refund.event_source
                    when 'web' then %(web_age)s::interval
                    when 'crm' then %(crm_age)s::interval
                    else %(offline_age)s::interval
                end
                then 'purchase_unknown'
            else 'waiting'
        end as verdict
    from tiktok_ops.event_outbox as refund
    cross join clock
    cross join
        lateral (
            select
                bool_or(outbox.state = 'delivered') as is_delivered,
                bool_or(outbox.state in ('pending', 'inflight')) as is_open,
                count(*) > 0 as is_known
            from tiktok_ops.event_outbox as outbox
            where
                outbox.event_id = refund.purchase_event_id
                and outbox.event_source_id = refund.event_source_id
                and outbox.kind = 'conversion'
        ) as purchase
    where
        refund.event_source_id = %(event_source_id)s
        and refund.waits_for_purchase
        and refund.source_hash <> '' -- given back to the enqueue
    order by refund.outbox_id
    for update of refund skip locked
),

changed as (
    update tiktok_ops.event_outbox as outbox
    set
        waits_for_purchase = false,
        next_attempt_at = case when waiting.verdict = 'released' then clock.now end,
        state = case waiting.verdict
            when 'released' then 'pending'
            when 'purchase_unknown' then 'expired'
            else 'suppressed'
        end,
        reason = nullif(waiting.verdict, 'released'),
        hint = %(hints)s::jsonb ->> waiting.verdict,
        settled_at = case when waiting.verdict <> 'released' then clock.now end
    from waiting
    cross join clock
    where outbox.outbox_id = waiting.outbox_id and waiting.verdict <> 'waiting'
    returning waiting.verdict
)

select
    verdict,
    count(*) as events
from changed
group by verdict
