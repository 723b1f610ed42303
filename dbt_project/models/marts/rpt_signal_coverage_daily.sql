{{ config(materialized='steady_view') }}

with signal_coverage as (
    select * from {{ ref('stg_tiktok__signal_coverage') }}
),

final as (
    select
        -- ids
        {{ key_of(['connection_id', 'event_source_id', 'event', 'signal', 'event_date']) }}
            as signal_coverage_id,
        connection_id,
        event_source_id,
        -- strings
        event,
        signal,
        -- numerics
        events,
        events_with_signal,
        events_withheld,
        {{ safe_ratio('events_with_signal', 'events') }} as coverage,
        -- dates
        event_date
    from signal_coverage
)

select * from final
