{{ config(materialized='steady_view') }}

with ad_hours as (
    select * from {{ ref('int_ad_hours_summed') }}
),

final as (
    select
        -- ids
        ad_hours.ad_roi_hour_id,
        ad_hours.advertiser_id,
        ad_hours.campaign_id,
        ad_hours.ad_group_id,
        ad_hours.ad_id,
        -- strings
        ad_hours.account_time_zone,
        ad_hours.account_hour,
        ad_hours.currency,
        -- numerics
        {{ roi_columns('ad_hours') }},
        -- booleans
        ad_hours.is_attributed,
        {{ is_window_open('ad_hours.hour_starts_at') }} as is_attribution_window_open,
        -- dates
        ad_hours.account_date,
        -- timestamps
        ad_hours.hour_starts_at
    from ad_hours
)

select * from final
