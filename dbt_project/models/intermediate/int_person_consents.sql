{{ config(materialized='steady_view') }}

-- The consent of each person of an exported conversion as of now: their newest answer on any
-- device. A withdrawal counts at once even when its clock runs ahead or nobody wrote when it was,
-- and so does a wish for limited data use; a grant counts from its time on. Of answers of the same
-- moment the strictest counts. A view, because consent must not wait for the next build.
with consents as (
    select
        visitor_id,
        limited_data_use,
        recorded_at,
        case
            when consent_state = 'granted' and coalesce(recorded_at > {{ tiktok_now() }}, true)
                then 'unknown'
            else consent_state
        end as consent_state
    from {{ ref('stg_web__consents') }}
    where
        (
            problem is null
            and (
                recorded_at <= {{ tiktok_now() }}
                or consent_state <> 'granted'
                or limited_data_use
            )
        )
        or (
            problem = 'recorded_at is missing'
            and (consent_state = 'denied' or limited_data_use)
        )
),

persons as (
    select * from {{ ref('int_persons_stitched') }}
),

conversions as (
    select * from {{ ref('int_conversions_exported') }}
),

visitors as (
    select
        persons.person_id,
        substr(persons.name, 3) as visitor_id
    from persons
    where
        persons.name like 'v:%'
        and persons.person_id in (select conversions.person_id from conversions)
    union
    select
        conversions.person_id,
        substr(conversions.person_id, 3) as visitor_id
    from conversions
    where conversions.person_id like 'v:%'
),

in_force as (
    select
        visitors.person_id,
        consents.visitor_id,
        consents.consent_state,
        consents.limited_data_use,
        consents.recorded_at,
        rank() over (
            partition by consents.visitor_id order by consents.recorded_at desc nulls first
        ) as recency_of_visitor
    from visitors
    inner join consents -- every answer of the visitor
        on visitors.visitor_id = consents.visitor_id
),

numbered as (
    select
        *,
        row_number() over (
            partition by person_id
            order by
                recorded_at desc nulls first,
                case consent_state when 'denied' then 1 when 'unknown' then 2 else 3 end
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
