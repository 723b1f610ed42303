{{ config(materialized='steady_view') }}

with summed as (
    select * from {{ ref('int_ad_hours_summed') }}
),

unallocated as (
    select * from {{ ref('int_spend_unallocated') }}
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

ad_hours as (
    {{ roi_rows('summed', 'unallocated', 'ad_roi_hour_id', ['account_hour', 'hour_starts_at']) }}
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
        case
            when ad_hours.unallocated_reason is not null then 'unallocated'
            when ad_hours.advertiser_id is null then 'measured'
            else
                {{ spend_status(
                    "(ad_hours.hour_starts_at + interval '1 hour')", 'account_days', 'settling', tiktok_now()
                ) }}
        end as spend_status,
        ad_hours.unallocated_reason,
        ad_hours.account_time_zone,
        ad_hours.account_hour,
        ad_hours.currency,
        -- numerics
        {{ roi_columns('ad_hours') }},
        case when ad_hours.unallocated_reason is null then maturity.share end
            as share_of_final_spend,
        -- booleans
        ad_hours.is_attributed,
        coalesce({{ is_window_open('ad_hours.hour_starts_at') }}, false)
            as is_attribution_window_open,
        -- dates
        ad_hours.account_date,
        -- timestamps
        ad_hours.hour_starts_at
    from ad_hours
    left join account_days -- unique by account and day
        on
            ad_hours.advertiser_id = account_days.advertiser_id
            and ad_hours.account_date = account_days.account_date
    left join settling -- unique by advertiser_id
        on ad_hours.advertiser_id = settling.advertiser_id
    left join maturity -- unique by account and age
        on
            ad_hours.advertiser_id = maturity.advertiser_id
            and {{ maturity_age(
                "account_days.confirmed_at - ad_hours.hour_starts_at - interval '1 hour'"
            ) }} = maturity.age_hours
)

select * from final
