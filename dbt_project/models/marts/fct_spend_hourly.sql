{{ config(materialized='steady_view') }}

with spend as (
    select * from {{ ref('int_spend_latest') }}
),

ads as (
    select * from {{ ref('int_ads_unioned') }}
),

final as (
    select
        -- ids
        spend.spend_hour_id,
        spend.advertiser_id,
        coalesce(ads.campaign_id, spend.campaign_id) as campaign_id,
        coalesce(ads.ad_group_id, spend.ad_group_id) as ad_group_id,
        spend.ad_id,
        -- strings
        spend.account_time_zone,
        spend.account_hour,
        spend.currency,
        -- numerics
        spend.spend,
        spend.impressions,
        spend.tiktok_clicks,
        spend.tiktok_conversions,
        spend.tiktok_purchases,
        spend.tiktok_purchase_value,
        spend.versions,
        -- booleans
        spend.is_absent,
        spend.is_repeated_hour,
        -- dates
        spend.account_date,
        -- timestamps
        spend.hour_starts_at,
        spend.hour_ends_at,
        spend.first_observed_at,
        spend.last_changed_at
    from spend
    left join ads -- unique by ad_id
        on spend.ad_id = ads.ad_id
)

select * from final
