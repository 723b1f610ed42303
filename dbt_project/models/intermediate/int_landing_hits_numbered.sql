-- Landing hits, each with the click it belongs to and its place in it. Hits of bots are numbered
-- apart: they are no clicks, but explain spend without one.
{{ config(materialized='steady_view') }}

with landing_hits as (
    select
        *,
        case
            when ttclid is not null then 'ttclid|' || ttclid
            else concat_ws('|', 'visitor', visitor_id, campaign_id, ad_group_id, ad_id)
        end as repeat_key
    from {{ ref('int_landing_hits') }}
),

paused as (
    select
        *,
        occurred_at - lag(occurred_at) over (
            partition by is_unwanted, repeat_key order by occurred_at, page_view_id
        ) as pause
    from landing_hits
),

-- The same ttclid is the same click for ever; the same visitor and ids are one until a pause.
grouped as (
    select
        *,
        count(*) filter (
            where
            ttclid is null
            and pause > interval '1 minute' * {{ var('click_repeat_minutes') }}
        ) over (
            partition by is_unwanted, repeat_key order by occurred_at, page_view_id
        ) as repeat_number
    from paused
),

final as (
    select
        *,
        row_number() over (
            partition by is_unwanted, repeat_key, repeat_number order by occurred_at, page_view_id
        ) as hit_number,
        count(*) over (partition by is_unwanted, repeat_key, repeat_number) as hits
    from grouped
)

select * from final
