{{ config(
    materialized='table',
    post_hook="{{ tiktok.count_rows() }}",
) }}

-- Landing hits whose click may have changed: hits that came, and hits of ads that came.
--
-- The hits are asked for each level by itself: PostgreSQL reads a common table expression that is
-- used twice from beginning to end.
with ad_hits as (
    select * from {{ ref('int_landing_hits') }}
),

ad_group_hits as (
    select * from {{ ref('int_landing_hits') }}
),

campaign_hits as (
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
    select ad_hits.repeat_key
    from ad_hits
    inner join changed_places
        on changed_places.level = 'ad' and ad_hits.ad_id = changed_places.entity_id
    union
    select ad_group_hits.repeat_key
    from ad_group_hits
    inner join changed_places
        on
            changed_places.level = 'ad_group'
            and ad_group_hits.ad_group_id = changed_places.entity_id
    union
    select campaign_hits.repeat_key
    from campaign_hits
    inner join changed_places
        on
            changed_places.level = 'campaign'
            and campaign_hits.campaign_id = changed_places.entity_id
)

select * from final
