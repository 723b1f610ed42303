with source as (
    select * from {{ source('tiktok_ops', 'backfill_report') }}
),

final as (
    select
        backfill_id,
        connection_id,
        state,
        kind,
        subject,
        outcome,
        reason,
        slices,
        slices_done,
        planned,
        reported,
        first_day,
        last_day,
        counted_at,
        planned_at,
        finished_at
    from source
)

select * from final
