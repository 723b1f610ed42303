with source as (
    select * from {{ source_or_empty('web', 'consents') }}
),

final as (
    select
        cast(consent_id as text) as consent_id,
        cast(visitor_id as text) as visitor_id,
        case
            when lower(trim(ad_consent)) in ('granted', 'denied') then lower(trim(ad_consent))
            else 'unknown'
        end as consent_state,
        coalesce(limited_data_use, false) as limited_data_use,
        recorded_at,
        case
            when coalesce(trim(cast(visitor_id as text)), '') = '' then 'visitor_id is missing'
            when {{ id_or_null('visitor_id') }} is null then 'visitor_id is a placeholder'
            when recorded_at is null then 'recorded_at is missing'
        end as problem
    from source
)

select * from final
