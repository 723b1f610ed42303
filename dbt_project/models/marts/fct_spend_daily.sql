{{ config(materialized='steady_view') }}

-- What TikTok says now of each ad and day, and in rows of their own what an account cost beyond its
-- ads. Summed over an account's day they are TikTok's total of it, where that was read.
with ad_days as (
    select * from {{ ref('int_spend_days') }}
),

unallocated as (
    select * from {{ ref('int_spend_unallocated') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

{{ spend_context() }},

spend as (
    select
        spend_day_id,
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        cast(null as text) as unallocated_reason,
        account_time_zone,
        currency,
        spend,
        impressions,
        tiktok_clicks,
        tiktok_conversions,
        tiktok_purchases,
        tiktok_purchase_value,
        account_date,
        last_hour_ends_at,
        last_changed_at
    from ad_days
    union all
    select
        spend_day_id,
        advertiser_id,
        campaign_id,
        null as ad_group_id,
        null as ad_id,
        reason as unallocated_reason,
        account_time_zone,
        currency,
        spend,
        impressions,
        tiktok_clicks,
        tiktok_conversions,
        0 as tiktok_purchases,
        0 as tiktok_purchase_value,
        account_date,
        null as last_hour_ends_at,
        observed_at as last_changed_at
    from unallocated
),

final as (
    select
        -- ids
        spend.spend_day_id,
        spend.advertiser_id,
        coalesce(ads.campaign_id, spend.campaign_id) as campaign_id,
        coalesce(ads.ad_group_id, spend.ad_group_id) as ad_group_id,
        spend.ad_id,
        -- strings
        case
            when spend.ad_id is null then 'unallocated'
            else
                {{ spend_status(
                    'spend.last_hour_ends_at', 'account_days', 'settling', tiktok_now()
                ) }}
        end as spend_status,
        spend.unallocated_reason,
        spend.account_time_zone,
        spend.currency,
        {{ reporting_currency('spend.currency') }} as reporting_currency,
        -- numerics
        spend.spend,
        {{ in_reporting_currency('spend.spend', 'spend.currency', 'exchange_rates.rate') }}
            as reporting_spend,
        case when spend.ad_id is not null then maturity.share end as share_of_final_spend,
        spend.impressions,
        spend.tiktok_clicks,
        spend.tiktok_conversions,
        spend.tiktok_purchases,
        spend.tiktok_purchase_value,
        -- booleans
        coalesce(ads.is_listed, false) as is_ad_listed,
        -- dates
        spend.account_date,
        -- timestamps
        spend.last_hour_ends_at,
        spend.last_changed_at
    from spend
    {{ join_spend_context('spend.last_hour_ends_at') }}
)

select * from final
