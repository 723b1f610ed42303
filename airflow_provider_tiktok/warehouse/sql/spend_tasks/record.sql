insert into tiktok_ops.report_tasks (
    task_id,
    advertiser_id,
    data_level,
    time_dimension,
    start_date,
    end_date,
    metrics,
    run_id,
    requested_at
)
values (
    %(task_id)s,
    %(advertiser_id)s,
    %(data_level)s,
    %(time_dimension)s,
    %(start_date)s,
    %(end_date)s,
    %(metrics)s,
    %(run_id)s,
    %(requested_at)s
)
