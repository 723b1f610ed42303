{{ config(materialized='steady_table', unique_key='ad_group_id') }}

with ad_groups as (
    select * from {{ ref('stg_tiktok__ad_groups') }}
),

ads as (
    select * from {{ ref('int_ads_unioned') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

charged as (
    select
        ad_group_id,
        max(campaign_id) as campaign_id,
        max(advertiser_id) as advertiser_id
    from ads
    where has_spend and ad_group_id is not null
    group by ad_group_id
),

unioned as (
    select
        ad_group_id,
        coalesce(ad_groups.campaign_id, charged.campaign_id) as campaign_id,
        coalesce(ad_groups.advertiser_id, charged.advertiser_id) as advertiser_id,
        ad_groups.pixel_id,
        ad_groups.ad_group_name,
        ad_groups.optimization_event,
        ad_groups.click_attribution_window,
        ad_groups.operation_status,
        ad_groups.secondary_status,
        ad_groups.ad_group_id is not null as is_listed,
        {{ is_deleted('ad_groups') }} as is_deleted,
        charged.ad_group_id is not null as has_spend,
        ad_groups.first_seen_at,
        ad_groups.last_seen_at,
        ad_groups.missing_since
    from ad_groups
    full outer join charged
        using (ad_group_id)
),

final as (
    select
        -- ids
        unioned.ad_group_id,
        unioned.campaign_id,
        unioned.advertiser_id,
        unioned.pixel_id,
        -- strings
        unioned.ad_group_name,
        campaigns.campaign_name,
        campaigns.advertiser_name,
        unioned.optimization_event,
        unioned.click_attribution_window,
        unioned.operation_status,
        unioned.secondary_status,
        campaigns.currency,
        -- booleans
        unioned.is_listed,
        unioned.is_deleted,
        unioned.has_spend,
        -- timestamps
        unioned.first_seen_at,
        unioned.last_seen_at,
        unioned.missing_since
    from unioned
    left join campaigns -- unique by campaign_id
        on unioned.campaign_id = campaigns.campaign_id
)

select * from final
