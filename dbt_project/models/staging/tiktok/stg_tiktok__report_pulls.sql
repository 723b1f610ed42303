with source as (
    select * from {{ source('tiktok', 'report_pulls') }}
),

final as (
    select
        pull_id,
        advertiser_id,
        data_level,
        time_dimension,
        start_date,
        end_date,
        display_timezone as account_time_zone,
        currency,
        report_mode,
        run_id,
        observed_at,
        finished_at,
        pages,
        total_number,
        rows_read,
        rows_changed,
        rows_absent,
        rows_rejected,
        is_complete,
        incomplete_reason,
        array_to_string(stale_dates, ' ') as stale_dates
    from source
)

select * from final
