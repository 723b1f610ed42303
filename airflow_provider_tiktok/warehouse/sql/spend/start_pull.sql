insert into tiktok_raw.report_pulls (
    advertiser_id,
    data_level,
    time_dimension,
    start_date,
    end_date,
    display_timezone,
    currency,
    metrics,
    report_mode,
    run_id,
    observed_at,
    is_complete,
    incomplete_reason
)
values (
    %(advertiser_id)s,
    %(data_level)s,
    %(time_dimension)s,
    %(start_date)s,
    %(end_date)s,
    %(display_timezone)s,
    %(currency)s,
    %(metrics)s,
    %(report_mode)s,
    %(run_id)s,
    coalesce(%(observed_at)s::timestamptz, tiktok_ops.now()),
    false,
    'not finished'
)
returning pull_id, observed_at
