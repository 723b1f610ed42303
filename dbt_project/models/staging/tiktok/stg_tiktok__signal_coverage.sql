with source as (
    select * from {{ source('tiktok_ops', 'signal_coverage') }}
),

final as (
    select
        connection_id,
        event_source_id,
        event,
        signal,
        events,
        events_with_signal,
        events_withheld,
        event_day as event_date
    from source
)

select * from final
