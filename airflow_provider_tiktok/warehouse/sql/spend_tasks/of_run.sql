-- How the report tasks of a run stand that lie within some days of an account.
select
    start_date,
    end_date,
    state
from tiktok_ops.report_tasks
where
    advertiser_id = %(advertiser_id)s
    and data_level = %(data_level)s
    and time_dimension = %(time_dimension)s
    and start_date >= %(start_date)s
    and end_date <= %(end_date)s
    and run_id = %(run_id)s
order by requested_at
