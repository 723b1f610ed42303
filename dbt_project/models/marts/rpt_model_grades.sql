{{ config(materialized='steady_view') }}

with model_lint as (
    select * from {{ ref('rpt_model_lint') }}
),

scored as (
    select
        event_source_id,
        event,
        max(events) as events,
        greatest(100 - round(sum(points_lost), 1), 0) as score,
        string_agg(rule, ', ' order by points_lost desc, rule asc) filter (where points_lost >= 1)
            as costly_rules
    from model_lint
    group by event_source_id, event
),

final as (
    select
        -- ids
        {{ key_of(['event_source_id', 'event']) }} as model_grade_id,
        event_source_id,
        -- strings
        event,
        case
            when score >= 90 then 'A'
            when score >= 80 then 'B'
            when score >= 70 then 'C'
            when score >= 60 then 'D'
            else 'F'
        end as grade,
        costly_rules,
        -- numerics
        events,
        score
    from scored
)

select * from final
