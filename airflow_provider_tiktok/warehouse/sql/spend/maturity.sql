-- How much of its final spend an hour carried at each age, summed over the account's settled hours.
with latest_pull as (
    select tiktok_ops.now() as read_at
),

hours as (
    select
        stat_times.stat_time,
        tiktok_raw.hour_starts_at(
            to_char(stat_times.stat_time::timestamp + interval '1 hour', 'YYYY-MM-DD HH24:MI:SS'),
            %(time_zone)s
        ) as ended_at
    from (
        select distinct spend_snapshots.stat_time
        from tiktok_raw.spend_snapshots
        cross join latest_pull
        where
            spend_snapshots.advertiser_id = %(advertiser_id)s
            and spend_snapshots.data_level = 'AUCTION_AD'
            and spend_snapshots.time_dimension = 'stat_time_hour'
            and spend_snapshots.stat_time
            between to_char(latest_pull.read_at - interval '90 days', 'YYYY-MM-DD')
            and to_char(latest_pull.read_at - make_interval(days => %(settled_days)s), 'YYYY-MM-DD')
    ) as stat_times
),

versions as (
    select
        spend_snapshots.spend,
        hours.ended_at,
        spend_snapshots.observed_at as known_from,
        lead(spend_snapshots.observed_at) over key_history as known_until
    from hours
    inner join tiktok_raw.spend_snapshots
        on hours.stat_time = spend_snapshots.stat_time
    where
        spend_snapshots.advertiser_id = %(advertiser_id)s
        and spend_snapshots.data_level = 'AUCTION_AD'
        and spend_snapshots.time_dimension = 'stat_time_hour'
    window
        key_history as (
            partition by spend_snapshots.stat_time, spend_snapshots.entity_id
            order by spend_snapshots.seq
        )
),

final as (
    select sum(versions.spend) as spend
    from versions
    where versions.known_until is null
)

select
    ages.hours as age_hours,
    sum(versions.spend) / nullif(max(final.spend), 0) as share
from unnest(%(ages)s::integer[]) as ages (hours)
cross join final
left outer join versions
    on
        versions.known_from <= versions.ended_at + make_interval(hours => ages.hours)
        and (
            versions.known_until is null
            or versions.known_until > versions.ended_at + make_interval(hours => ages.hours)
        )
group by ages.hours
order by ages.hours
