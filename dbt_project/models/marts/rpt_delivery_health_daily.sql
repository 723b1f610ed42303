{{ config(materialized='steady_view') }}

-- Per pixel and UTC day of the events: what became of them. Waiting events and blocks are as of
-- now.
with deliveries as (
    select * from {{ ref('fct_event_deliveries') }}
),

delivery_health as (
    select * from {{ ref('stg_tiktok__delivery_health') }}
),

summed as (
    select
        connection_id,
        event_source_id,
        cast(occurred_at at time zone 'UTC' as date) as event_date,
        count(*) as events,
        count(*) filter (where state in ('pending', 'inflight')) as waiting,
        count(*) filter (where state = 'delivered') as delivered,
        count(*) filter (where state = 'quarantined') as quarantined,
        count(*) filter (where state = 'suppressed') as suppressed,
        count(*) filter (where state = 'expired') as expired,
        count(*) filter (where state = 'expired_unknown') as expired_unknown,
        count(*) filter (where kind = 'refund') as refunds,
        sum(attempts) as attempts,
        avg(seconds_to_settle) filter (where state = 'delivered') as mean_seconds_to_deliver,
        max(settled_at) filter (where state = 'delivered') as last_delivered_at
    from deliveries
    group by connection_id, event_source_id, cast(occurred_at at time zone 'UTC' as date)
),

final as (
    select
        -- ids
        {{ key_of(['summed.connection_id', 'summed.event_source_id', 'summed.event_date']) }}
            as delivery_health_day_id,
        summed.connection_id,
        summed.event_source_id,
        -- strings
        delivery_health.blocked_reason,
        -- numerics
        summed.events,
        summed.waiting,
        summed.delivered,
        summed.quarantined,
        summed.suppressed,
        summed.expired,
        summed.expired_unknown,
        summed.refunds,
        summed.attempts,
        {{ safe_ratio('summed.delivered', 'summed.events') }} as delivered_share,
        summed.mean_seconds_to_deliver,
        -- booleans
        coalesce(delivery_health.is_paused, false) as is_paused,
        -- dates
        summed.event_date,
        -- timestamps
        summed.last_delivered_at
    from summed
    left join delivery_health -- unique by connection and pixel
        on
            summed.connection_id = delivery_health.connection_id
            and summed.event_source_id = delivery_health.event_source_id
)

select * from final
