with ad_roi_hourly as (
    select * from {{ ref('rpt_ad_roi_hourly') }}
),

ads as (
    select * from {{ ref('dim_ads') }}
),

summed as (
    select
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        account_time_zone,
        account_date,
        currency,
        is_attributed,
        bool_or(is_attribution_window_open) as is_attribution_window_open,
        {{ sum_roi_measures() }}
    from ad_roi_hourly
    group by
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        account_time_zone,
        account_date,
        currency,
        is_attributed
),

final as (
    select
        -- ids
        {{ key_of([
            'summed.advertiser_id', 'summed.campaign_id', 'summed.ad_group_id', 'summed.ad_id',
            'summed.account_time_zone', 'summed.account_date', 'summed.currency',
            'summed.is_attributed',
        ]) }} as ad_roi_day_id,
        summed.advertiser_id,
        summed.campaign_id,
        summed.ad_group_id,
        summed.ad_id,
        -- strings
        ads.campaign_name,
        ads.ad_group_name,
        ads.ad_name,
        summed.account_time_zone,
        summed.currency,
        -- numerics
        {{ roi_columns('summed') }},
        -- booleans
        summed.is_attributed,
        summed.is_attribution_window_open,
        -- dates
        summed.account_date
    from summed
    left join ads -- unique by ad_id
        on summed.ad_id = ads.ad_id
)

select * from final
