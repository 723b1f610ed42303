-- Writers of one day take turns. In the order of the locks' numbers, so that none waits in a ring.
select pg_advisory_xact_lock(locks.number)
from (
    select
        hashtextextended(
            concat_ws(
                '|',
                'tiktok_raw.spend_snapshots',
                %(advertiser_id)s::text,
                %(data_level)s::text,
                %(time_dimension)s::text,
                days.day::date
            ),
            0
        ) as number
    from generate_series(%(start_date)s::date, %(end_date)s::date, interval '1 day') as days (day)
    order by number
) as locks
