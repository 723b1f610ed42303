{{ config(materialized='table') }}

-- Landing hits whose click may have changed: hits that came, and hits of ads that came.
with landing_hits as (
    select * from {{ ref('int_landing_hits') }}
),

places as (
    select * from {{ ref('int_ad_places') }}
),

changed_hits as (
    {{ changed_keys('repeat_key') }}
),

changed_places as (
    select places.*
    from places
    inner join ({{ changed_keys('place') }}) as changes
        on places.place_id = changes.key
),

final as (
    select key as repeat_key
    from changed_hits
    union
    select landing_hits.repeat_key
    from landing_hits
    inner join changed_places
        on changed_places.level = 'ad' and landing_hits.ad_id = changed_places.entity_id
    union
    select landing_hits.repeat_key
    from landing_hits
    inner join changed_places
        on
            changed_places.level = 'ad_group'
            and landing_hits.ad_group_id = changed_places.entity_id
    union
    select landing_hits.repeat_key
    from landing_hits
    inner join changed_places
        on
            changed_places.level = 'campaign'
            and landing_hits.campaign_id = changed_places.entity_id
)

select * from final
