-- What was asked of each backfill, what was done, and what was skipped and why.
with backfill_report as (
    select * from {{ ref('stg_tiktok__backfill_report') }}
),

final as (
    select
        -- ids
        {{ key_of(['backfill_id', 'kind', 'subject', 'outcome', 'reason']) }}
            as backfill_outcome_id,
        backfill_id,
        connection_id,
        subject,
        -- strings
        state,
        kind,
        outcome,
        reason,
        -- numerics
        planned,
        reported,
        slices,
        slices_done,
        -- booleans
        outcome in ('sent', 'read') as is_done_by_it,
        outcome in ('already_sent', 'sent', 'read') as is_complete,
        -- dates
        first_day,
        last_day,
        -- timestamps
        planned_at,
        counted_at,
        finished_at
    from backfill_report
)

select * from final
