{{ config(materialized='steady_table', unique_key='ad_id') }}

with ads as (
    select * from {{ ref('int_ads_unioned') }}
),

ad_groups as (
    select * from {{ ref('stg_tiktok__ad_groups') }}
),

campaigns as (
    select * from {{ ref('stg_tiktok__campaigns') }}
),

advertisers as (
    select * from {{ ref('stg_tiktok__advertisers') }}
),

final as (
    select
        -- ids
        ads.ad_id,
        ads.ad_group_id,
        ads.campaign_id,
        ads.advertiser_id,
        ad_groups.pixel_id,
        -- strings
        ads.ad_name,
        ad_groups.ad_group_name,
        campaigns.campaign_name,
        advertisers.advertiser_name,
        campaigns.objective_type,
        ad_groups.optimization_event,
        ad_groups.click_attribution_window,
        ads.operation_status,
        ads.secondary_status,
        ads.landing_page_url,
        advertisers.currency,
        -- booleans
        ads.is_listed,
        coalesce(ads.secondary_status like '%\_DELETE', false) or ads.missing_since is not null
            as is_deleted,
        ads.has_spend,
        -- timestamps
        ads.first_seen_at,
        ads.last_seen_at,
        ads.missing_since
    from ads
    left join ad_groups -- unique by ad_group_id
        on ads.ad_group_id = ad_groups.ad_group_id
    left join campaigns -- unique by campaign_id
        on ads.campaign_id = campaigns.campaign_id
    left join advertisers -- unique by advertiser_id
        on ads.advertiser_id = advertisers.advertiser_id
)

select * from final
