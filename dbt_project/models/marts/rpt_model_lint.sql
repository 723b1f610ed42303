{{ config(materialized='steady_view') }}

-- What is wrong with the conversion tables, before TikTok says so. Read it before the first send,
-- and in CI (assert_conversion_tables_score_enough).
with checked as (
    select * from {{ ref('int_export_events_checked') }}
),

mixed as (
    select
        *,
        has_hashed_email and bool_or(has_plain_email) over events as has_mixed_email,
        has_hashed_phone and bool_or(has_plain_phone) over events as has_mixed_phone
    from checked
    window events as (partition by event_source_id, event)
),

broken_rules as (
    select
        mixed.event_source_id,
        mixed.event,
        mixed.event_id,
        rules.rule,
        rules.points,
        rules.advice,
        rules.is_broken
    from mixed
    cross join lateral (
        {{ lint_rules('mixed') }}
    ) as rules (rule, is_broken, points, advice)
),

final as (
    select
        -- ids
        {{ key_of(['event_source_id', 'event', 'rule']) }} as model_lint_id,
        event_source_id,
        -- strings
        event,
        rule,
        advice,
        min(event_id) filter (where is_broken) as example_event_id,
        -- numerics
        count(*) as events,
        count(*) filter (where is_broken) as events_that_break_it,
        {{ safe_ratio('count(*) filter (where is_broken)', 'count(*)') }} as broken_share,
        cast(points * count(*) filter (where is_broken) as numeric) / count(*) as points_lost
    from broken_rules
    group by event_source_id, event, rule, points, advice
)

select * from final
