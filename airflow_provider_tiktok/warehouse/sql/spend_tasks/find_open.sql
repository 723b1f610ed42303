select
    task_id,
    requested_at
from tiktok_ops.report_tasks
where
    advertiser_id = %(advertiser_id)s
    and data_level = %(data_level)s
    and time_dimension = %(time_dimension)s
    and start_date = %(start_date)s
    and end_date = %(end_date)s
    and metrics = %(metrics)s
    and state = 'open'
