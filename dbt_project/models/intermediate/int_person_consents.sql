{{ config(materialized='steady_view') }}

-- The consent of each person as of now: their newest answer on any device. A withdrawal counts at
-- once even when its clock runs ahead; a grant from the future does not count yet. A view, because
-- consent must not wait for the next build.
with consents as (
    select * from {{ ref('stg_web__consents') }}
),

persons as (
    select * from {{ ref('int_persons_stitched') }}
),

in_force as (
    select
        coalesce(persons.person_id, 'v:' || consents.visitor_id) as person_id,
        consents.visitor_id,
        consents.consent_state,
        consents.limited_data_use,
        consents.recorded_at,
        row_number() over (
            partition by consents.visitor_id
            order by consents.recorded_at desc, consents.consent_id desc
        ) as recency_of_visitor
    from consents
    left join persons -- unique by name
        on 'v:' || consents.visitor_id = persons.name
    where
        consents.problem is null
        and (
            consents.recorded_at <= {{ tiktok_now() }}
            or consents.consent_state <> 'granted'
            or consents.limited_data_use
        )
),

numbered as (
    select
        *,
        row_number() over (
            partition by person_id
            order by recorded_at desc, (consent_state = 'denied') desc, visitor_id
        ) as recency,
        bool_or(limited_data_use and recency_of_visitor = 1) over (partition by person_id)
            as has_limited_data_use
    from in_force
),

final as (
    select
        person_id,
        consent_state,
        has_limited_data_use as limited_data_use,
        recorded_at
    from numbered
    where recency = 1
)

select * from final
