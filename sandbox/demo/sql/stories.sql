-- Three events with something to tell: one that was refused and replayed, the refund that waited
-- longest for its purchase, and an order of somebody who denied consent.
(
    select
        'An event that TikTok refused, corrected and replayed' as story,
        deliveries.*
    from analytics.fct_event_deliveries as deliveries
    where deliveries.replays > 0
    order by deliveries.event_id
    limit 1
)
union all
(
    select
        'A refund that waited for its purchase' as story,
        deliveries.*
    from analytics.fct_event_deliveries as deliveries
    where deliveries.kind = 'refund' and deliveries.purchase_delivered_at is not null
    order by
        deliveries.purchase_delivered_at - deliveries.enqueued_at desc,
        deliveries.occurred_at
    limit 1
)
union all
(
    select
        'An order of somebody who denied consent' as story,
        deliveries.*
    from analytics.fct_event_deliveries as deliveries
    where deliveries.consent_state = 'denied' and deliveries.kind = 'conversion'
    order by deliveries.event <> 'CompletePayment', deliveries.event_id
    limit 1
)
