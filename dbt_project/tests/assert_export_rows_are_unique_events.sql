-- TikTok deduplicates by these three: two rows of one event would be one event, or two.
with events as (
    select
        event_source_id,
        event,
        event_id
    from {{ ref('exp_tiktok__conversion_events') }}
    union all
    select
        event_source_id,
        event,
        event_id
    from {{ ref('exp_tiktok__refund_events') }}
)

select
    event_source_id,
    event,
    event_id
from events
group by event_source_id, event, event_id
having count(*) > 1
