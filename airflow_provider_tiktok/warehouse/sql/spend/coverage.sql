-- When each day of an account was last read by a complete pull, by kind of report.
select
    report_pulls.data_level,
    report_pulls.time_dimension,
    days.day::date as day,
    max(report_pulls.observed_at) as observed_at
from tiktok_raw.report_pulls
cross join
    lateral generate_series(
        greatest(report_pulls.start_date, %(since)s::date),
        report_pulls.end_date,
        interval '1 day'
    ) as days (day)
where
    report_pulls.advertiser_id = %(advertiser_id)s
    and report_pulls.end_date >= %(since)s
    and report_pulls.is_complete
    and not days.day::date = any(report_pulls.stale_dates)
group by report_pulls.data_level, report_pulls.time_dimension, days.day
