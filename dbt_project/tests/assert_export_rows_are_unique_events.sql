-- TikTok deduplicates by these three: two rows of one event would be one event, or two. An old name
-- and the new one are one event.
with events as (
    select
        event_source_id,
        {{ event_type('event') }} as event_type,
        event_id
    from {{ ref('exp_tiktok__conversion_events') }}
    union all
    select
        event_source_id,
        {{ event_type('event') }} as event_type,
        event_id
    from {{ ref('exp_tiktok__refund_events') }}
)

select
    event_source_id,
    event_type,
    event_id
from events
group by event_source_id, event_type, event_id
having count(*) > 1
