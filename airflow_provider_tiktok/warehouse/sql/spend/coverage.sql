-- When each day of an account was last read by a complete pull, by kind of report. Of the many
-- pulls that read the same days only the newest is spread over them.
select
    ranges.data_level,
    ranges.time_dimension,
    days.day::date as day,
    max(ranges.observed_at) as observed_at
from (
    select
        data_level,
        time_dimension,
        start_date,
        end_date,
        stale_dates,
        max(observed_at) as observed_at
    from tiktok_raw.report_pulls
    where
        advertiser_id = %(advertiser_id)s
        and end_date >= %(since)s
        and is_complete
    group by data_level, time_dimension, start_date, end_date, stale_dates
) as ranges
cross join
    lateral generate_series(
        greatest(ranges.start_date, %(since)s::date), ranges.end_date, interval '1 day'
    ) as days (day)
where not days.day::date = any(ranges.stale_dates)
group by ranges.data_level, ranges.time_dimension, days.day
