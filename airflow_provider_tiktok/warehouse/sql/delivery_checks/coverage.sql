-- Signals whose share on the last whole UTC day fell below what it was in the week before.
with daily as (
    select
        coverage.event_source_id,
        coverage.event,
        coverage.signal,
        coverage.events,
        coverage.events_with_signal,
        coverage.event_day = (tiktok_ops.now() at time zone 'UTC')::date - 1 as is_last
    from tiktok_ops.signal_coverage as coverage
    where
        coverage.event_day < (tiktok_ops.now() at time zone 'UTC')::date
        and coverage.event_day >= (tiktok_ops.now() at time zone 'UTC')::date - 8
),

compared as (
    select
        daily.event_source_id,
        daily.event,
        daily.signal,
        sum(daily.events) filter (where daily.is_last) as last_events,
        sum(daily.events) filter (where not daily.is_last) as earlier_events,
        sum(daily.events_with_signal) filter (where daily.is_last)
        / nullif(sum(daily.events) filter (where daily.is_last), 0) as last_share,
        sum(daily.events_with_signal) filter (where not daily.is_last)
        / nullif(sum(daily.events) filter (where not daily.is_last), 0) as earlier_share
    from daily
    group by daily.event_source_id, daily.event, daily.signal
)

select
    compared.event_source_id,
    compared.event,
    compared.signal,
    compared.last_share,
    compared.earlier_share
from compared
where
    compared.last_events >= %(fewest_events)s
    and compared.earlier_events >= %(fewest_events)s
    and compared.last_share < compared.earlier_share * (1 - %(largest_drop)s::numeric)
order by compared.event_source_id, compared.event, compared.signal
