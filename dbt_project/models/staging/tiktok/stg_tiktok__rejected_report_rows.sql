with source as (
    select * from {{ source('tiktok', 'rejected_report_rows') }}
),

final as (
    select
        pull_id,
        row_number,
        reason,
        raw
    from source
)

select * from final
