-- Ads whose hours do not add up to what a reading of whole days has just said of their day.
--
-- Only what that reading changed is compared: where it changed nothing, that was done before.
with hours_read as (
    select
        days.day::date as day,
        max(ranges.observed_at) as read_at
    from (
        select
            start_date,
            end_date,
            max(observed_at) as observed_at
        from tiktok_raw.report_pulls
        where
            advertiser_id = %(advertiser_id)s
            and data_level = 'AUCTION_AD'
            and time_dimension = 'stat_time_hour'
            and end_date >= %(since)s
            and is_complete
        group by start_date, end_date
    ) as ranges
    cross join
        lateral generate_series(
            greatest(ranges.start_date, %(since)s::date), ranges.end_date, interval '1 day'
        ) as days (day)
    group by days.day
),

changed_days as (
    select distinct on (snapshots.stat_time, snapshots.entity_id)
        snapshots.entity_id,
        snapshots.spend,
        snapshots.impressions,
        snapshots.clicks,
        snapshots.conversion,
        snapshots.complete_payment,
        snapshots.total_complete_payment_rate,
        snapshots.observed_at,
        left(snapshots.stat_time, 10)::date as day
    from tiktok_raw.report_pulls
    inner join tiktok_raw.spend_snapshots as snapshots
        on report_pulls.pull_id = snapshots.pull_id
    where
        report_pulls.advertiser_id = %(advertiser_id)s
        and report_pulls.data_level = 'AUCTION_AD'
        and report_pulls.time_dimension = 'stat_time_day'
        and report_pulls.end_date >= %(since)s
        and report_pulls.is_complete
        and report_pulls.observed_at >= %(changed_since)s
        and snapshots.stat_time >= to_char(%(since)s::date, 'YYYY-MM-DD')
    order by snapshots.stat_time asc, snapshots.entity_id asc, snapshots.seq desc
),

summed_hours as (
    select
        changed_days.day,
        changed_days.entity_id,
        coalesce(sum(latest.spend), 0) as spend,
        coalesce(sum(latest.impressions), 0) as impressions,
        coalesce(sum(latest.clicks), 0) as clicks,
        coalesce(sum(latest.conversion), 0) as conversion,
        coalesce(sum(latest.complete_payment), 0) as complete_payment,
        coalesce(sum(latest.total_complete_payment_rate), 0) as total_complete_payment_rate
    from changed_days
    inner join hours_read
        on changed_days.day = hours_read.day
    cross join generate_series(0, 23) as hours (hour)
    left join
        lateral (
            select
                spend_snapshots.spend,
                spend_snapshots.impressions,
                spend_snapshots.clicks,
                spend_snapshots.conversion,
                spend_snapshots.complete_payment,
                spend_snapshots.total_complete_payment_rate
            from tiktok_raw.spend_snapshots
            where
                spend_snapshots.advertiser_id = %(advertiser_id)s
                and spend_snapshots.data_level = 'AUCTION_AD'
                and spend_snapshots.time_dimension = 'stat_time_hour'
                and spend_snapshots.stat_time
                = to_char(
                    changed_days.day + make_interval(hours => hours.hour), 'YYYY-MM-DD HH24:00:00'
                )
                and spend_snapshots.entity_id = changed_days.entity_id
            order by spend_snapshots.seq desc
            limit 1
        ) as latest
        on true
    where changed_days.observed_at > hours_read.read_at
    group by changed_days.day, changed_days.entity_id
)

select
    changed_days.day,
    changed_days.entity_id
from changed_days
inner join summed_hours
    on
        changed_days.day = summed_hours.day
        and changed_days.entity_id = summed_hours.entity_id
where
    coalesce(changed_days.spend, 0) <> summed_hours.spend
    or coalesce(changed_days.impressions, 0) <> summed_hours.impressions
    or coalesce(changed_days.clicks, 0) <> summed_hours.clicks
    or coalesce(changed_days.conversion, 0) <> summed_hours.conversion
    or coalesce(changed_days.complete_payment, 0) <> summed_hours.complete_payment
    or coalesce(changed_days.total_complete_payment_rate, 0)
    <> summed_hours.total_complete_payment_rate
order by changed_days.day, changed_days.entity_id
