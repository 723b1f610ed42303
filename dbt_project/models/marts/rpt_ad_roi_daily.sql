{{ config(materialized='steady_view') }}

with summed as (
    select * from {{ ref('int_ad_days_summed') }}
),

unallocated as (
    select * from {{ ref('int_spend_unallocated') }}
),

ads as (
    select * from {{ ref('dim_ads') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

settling as (
    select * from {{ ref('int_spend_settling') }}
),

maturity as (
    select * from {{ ref('rpt_spend_maturity') }}
),

ad_days as (
    {{ roi_rows('summed', 'unallocated', 'ad_roi_day_id', ['last_hour_starts_at']) }}
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
        case
            when ad_days.unallocated_reason is not null then 'unallocated'
            when ad_days.advertiser_id is null then 'measured'
            else
                {{ spend_status(
                    "(ad_days.last_hour_starts_at + interval '1 hour')", 'account_days', 'settling', tiktok_now()
                ) }}
        end as spend_status,
        ad_days.unallocated_reason,
        ads.campaign_name,
        ads.ad_group_name,
        ads.ad_name,
        ad_days.account_time_zone,
        ad_days.currency,
        -- numerics
        {{ roi_columns('ad_days') }},
        case when ad_days.unallocated_reason is null then maturity.share end
            as share_of_final_spend,
        -- booleans
        ad_days.is_attributed,
        coalesce({{ is_window_open('ad_days.last_hour_starts_at') }}, false)
            as is_attribution_window_open,
        -- dates
        ad_days.account_date
    from ad_days
    left join ads -- unique by ad_id
        on ad_days.ad_id = ads.ad_id
    left join account_days -- unique by account and day
        on
            ad_days.advertiser_id = account_days.advertiser_id
            and ad_days.account_date = account_days.account_date
    left join settling -- unique by advertiser_id
        on ad_days.advertiser_id = settling.advertiser_id
    left join maturity -- unique by account and age
        on
            ad_days.advertiser_id = maturity.advertiser_id
            and {{ maturity_age(
                "account_days.confirmed_at - ad_days.last_hour_starts_at - interval '1 hour'"
            ) }} = maturity.age_hours
)

select * from final
