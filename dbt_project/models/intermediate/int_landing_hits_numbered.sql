{{ config(materialized='ephemeral') }}

-- Landing hits, each with the click it belongs to and its place in it. Hits of bots are no clicks.
with landing_hits as (
    select *
    from {{ ref('int_landing_hits') }}
    where
        not is_unwanted
        and {{ is_changed('repeat_key', 'int_changed_repeat_keys', 'repeat_key') }}
),

paused as (
    select
        *,
        occurred_at - lag(occurred_at) over (
            partition by repeat_key order by occurred_at, page_view_id
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
        ) over (partition by repeat_key order by occurred_at, page_view_id) as repeat_number
    from paused
),

final as (
    select
        *,
        row_number() over (
            partition by repeat_key, repeat_number order by occurred_at, page_view_id
        ) as hit_number,
        count(*) over (partition by repeat_key, repeat_number) as hits
    from grouped
)

select * from final
