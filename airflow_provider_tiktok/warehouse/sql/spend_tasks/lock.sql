select pg_advisory_xact_lock(
    hashtextextended(
        concat_ws(
            '|',
            'tiktok_ops.report_tasks',
            %(advertiser_id)s::text,
            %(data_level)s::text,
            %(time_dimension)s::text,
            %(start_date)s::date,
            %(end_date)s::date
        ),
        0
    )
)
