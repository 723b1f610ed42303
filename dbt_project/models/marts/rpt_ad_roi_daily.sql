{{ config(materialized='steady_view') }}

with ad_days as (
    select * from {{ ref('int_ad_days_summed') }}
),

ads as (
    select * from {{ ref('dim_ads') }}
),

final as (
    select
        -- ids
        ad_days.ad_roi_day_id,
        ad_days.advertiser_id,
        ad_days.campaign_id,
        ad_days.ad_group_id,
        ad_days.ad_id,
        -- strings
        ads.campaign_name,
        ads.ad_group_name,
        ads.ad_name,
        ad_days.account_time_zone,
        ad_days.currency,
        -- numerics
        {{ roi_columns('ad_days') }},
        -- booleans
        ad_days.is_attributed,
        {{ is_window_open('ad_days.last_hour_starts_at') }} as is_attribution_window_open,
        -- dates
        ad_days.account_date
    from ad_days
    left join ads -- unique by ad_id
        on ad_days.ad_id = ads.ad_id
)

select * from final
