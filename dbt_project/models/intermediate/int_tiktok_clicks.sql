{{ config(
    materialized='steady_table',
    unique_key='click_id',
    scope={'column': 'repeat_key', 'of': 'int_changed_repeat_keys', 'key': 'repeat_key'},
    feeds=[
        {'kind': 'click', 'key': 'click_id'},
        {'kind': 'name', 'key': "'v:' || visitor_id"},
        {'kind': 'ad_day', 'key': 'ad_day'},
    ],
    indexes=[
        {'columns': ['repeat_key'], 'type': 'hash'},
        {'columns': ['visitor_id']},
        {'columns': ['ad_day']},
    ],
) }}

-- One row per click: its first landing hit, with the account and ad that it belongs to.
with landing_hits as (
    select * from {{ ref('int_landing_hits_numbered') }}
),

places as (
    select * from {{ ref('int_ad_places') }}
),

advertisers as (
    select * from {{ ref('stg_tiktok__advertisers') }}
),

account_zones as (
    select * from {{ ref('int_account_zones') }}
),

site_pixels as (
    select * from {{ ref('int_site_pixels_joined') }}
),

-- What TikTok lists of an ad wins over what the URL says of its parents.
placed as (
    select
        landing_hits.*,
        sites.pixel_code,
        ads.entity_id is not null as is_ad_known,
        coalesce(ads.ad_group_id, landing_hits.ad_group_id) as known_ad_group_id,
        coalesce(ads.campaign_id, ad_groups.campaign_id, landing_hits.campaign_id)
            as known_campaign_id,
        coalesce(
            ads.advertiser_id,
            ad_groups.advertiser_id,
            campaigns.advertiser_id,
            sites.advertiser_id
        ) as advertiser_id
    from landing_hits
    left join places as ads -- unique by level and entity
        on ads.level = 'ad' and landing_hits.ad_id = ads.entity_id
    left join places as ad_groups -- unique by level and entity
        on
            ad_groups.level = 'ad_group'
            and landing_hits.ad_group_id = ad_groups.entity_id
    left join places as campaigns -- unique by level and entity
        on
            campaigns.level = 'campaign'
            and landing_hits.campaign_id = campaigns.entity_id
    {{ left_join_site('site_pixels', 'landing_hits.page_host') }}
    where landing_hits.hit_number = 1
),

clicks as (
    select
        -- ids
        case
            when placed.ttclid is not null then {{ key_of(['placed.repeat_key']) }}
            else {{ key_of(["'page_view'", 'placed.page_view_id']) }}
        end as click_id,
        placed.repeat_key,
        placed.page_view_id,
        placed.visitor_id,
        placed.ttclid,
        placed.advertiser_id,
        placed.known_campaign_id as campaign_id,
        placed.known_ad_group_id as ad_group_id,
        placed.ad_id,
        placed.pixel_code,
        -- strings
        placed.utm_source,
        placed.utm_medium,
        placed.utm_campaign,
        placed.parameter_problems,
        coalesce(account_zones.account_time_zone, advertisers.account_time_zone, 'UTC')
            as account_time_zone,
        {{ account_hour_of(
            'placed.occurred_at',
            "coalesce(account_zones.account_time_zone, advertisers.account_time_zone, 'UTC')",
        ) }} as account_hour,
        advertisers.currency,
        -- numerics
        placed.hits,
        -- booleans
        placed.is_ad_known,
        -- timestamps
        placed.occurred_at as clicked_at
    from placed
    left join advertisers -- unique by advertiser_id
        on placed.advertiser_id = advertisers.advertiser_id
    left join account_zones -- at most one holds: the zone in which TikTok wrote the hour's spend
        on
            placed.advertiser_id = account_zones.advertiser_id
            and {{ held_at('account_zones', 'placed.occurred_at') }}
),

final as (
    select
        *,
        {{ ad_day_of('advertiser_id', 'ad_id', 'account_hour') }} as ad_day
    from clicks
)

select * from final
