{{ config(materialized='steady_view') }}

with ad_roi_daily as (
    select * from {{ ref('rpt_ad_roi_daily') }}
),

campaigns as (
    select * from {{ ref('stg_tiktok__campaigns') }}
),

advertisers as (
    select * from {{ ref('dim_advertisers') }}
),

summed as (
    select
        advertiser_id,
        campaign_id,
        account_time_zone,
        account_date,
        currency,
        is_attributed,
        bool_or(is_attribution_window_open) as is_attribution_window_open,
        bool_or(spend_status = 'provisional') as is_provisional,
        coalesce(sum(spend) filter (where spend_status = 'unallocated'), 0) as unallocated_spend,
        bool_or(spend_status = 'unallocated') as has_unallocated,
        min(share_of_final_spend) as share_of_final_spend,
        {{ sum_roi_measures() }}
    from ad_roi_daily
    group by
        advertiser_id,
        campaign_id,
        account_time_zone,
        account_date,
        currency,
        is_attributed
),

final as (
    select
        -- ids
        {{ key_of([
            'summed.advertiser_id', 'summed.campaign_id', 'summed.account_time_zone',
            'summed.account_date', 'summed.currency', 'summed.is_attributed',
        ]) }} as campaign_roi_day_id,
        summed.advertiser_id,
        summed.campaign_id,
        -- strings
        case
            when summed.has_unallocated then 'unallocated'
            when summed.is_provisional then 'provisional'
            else 'measured'
        end as spend_status,
        advertisers.advertiser_name,
        campaigns.campaign_name,
        summed.account_time_zone,
        summed.currency,
        -- numerics
        {{ roi_columns('summed') }},
        summed.unallocated_spend,
        summed.share_of_final_spend,
        -- booleans
        summed.is_attributed,
        summed.is_attribution_window_open,
        -- dates
        summed.account_date
    from summed
    left join campaigns -- unique by campaign_id
        on summed.campaign_id = campaigns.campaign_id
    left join advertisers -- unique by advertiser_id
        on summed.advertiser_id = advertisers.advertiser_id
)

select * from final
