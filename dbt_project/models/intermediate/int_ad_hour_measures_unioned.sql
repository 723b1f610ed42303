{{ config(materialized='ephemeral') }}

-- Everything that is counted per ad and account-local hour, each source in its own columns and
-- rows; the reports only add up. Of a partial run, for the ads and days that have changed.
with spend as (
    select *
    from {{ ref('int_spend_latest') }}
    where
        {{ is_changed(
            '(ad_id, account_date)', 'int_changed_ad_days', 'ad_id, changed.account_date'
        ) }}
),

ads as (
    select * from {{ ref('int_ads_unioned') }}
),

clicks as (
    select *
    from {{ ref('int_tiktok_clicks') }}
    where {{ is_changed('ad_day', 'int_changed_ad_days', 'ad_day') }}
),

revenue_by_click as (
    select *
    from {{ ref('int_revenue_credited') }}
    where {{ is_changed('click_ad_day', 'int_changed_ad_days', 'ad_day', is_indexed=true) }}
),

revenue_by_order as (
    select *
    from {{ ref('int_revenue_credited') }}
    where {{ is_changed('order_ad_day', 'int_changed_ad_days', 'ad_day', is_indexed=true) }}
),

final as (
    select
        spend.advertiser_id,
        coalesce(ads.campaign_id, spend.campaign_id) as campaign_id,
        coalesce(ads.ad_group_id, spend.ad_group_id) as ad_group_id,
        spend.ad_id,
        spend.account_time_zone,
        spend.account_hour,
        spend.currency,
        true as is_attributed,
        spend.spend,
        spend.impressions,
        spend.tiktok_clicks,
        spend.tiktok_conversions,
        spend.tiktok_purchases,
        spend.tiktok_purchase_value,
        0 as clicks,
        0 as conversions,
        0 as orders,
        0 as gross_order_revenue,
        0 as gross_lead_revenue,
        0 as refunded,
        0 as gross_revenue_by_order_date,
        0 as refunded_by_order_date,
        {{ ad_day_of('spend.advertiser_id', 'spend.ad_id', 'spend.account_hour') }} as ad_day
    from spend
    left join ads -- unique by ad_id
        on spend.ad_id = ads.ad_id
    union all
    select
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        account_time_zone,
        account_hour,
        currency,
        true as is_attributed,
        0 as spend,
        0 as impressions,
        0 as tiktok_clicks,
        0 as tiktok_conversions,
        0 as tiktok_purchases,
        0 as tiktok_purchase_value,
        1 as clicks,
        0 as conversions,
        0 as orders,
        0 as gross_order_revenue,
        0 as gross_lead_revenue,
        0 as refunded,
        0 as gross_revenue_by_order_date,
        0 as refunded_by_order_date,
        ad_day
    from clicks
    union all
    select
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        account_time_zone,
        click_hour as account_hour,
        currency,
        is_attributed,
        0 as spend,
        0 as impressions,
        0 as tiktok_clicks,
        0 as tiktok_conversions,
        0 as tiktok_purchases,
        0 as tiktok_purchase_value,
        0 as clicks,
        conversions,
        orders,
        gross_order_revenue,
        gross_lead_revenue,
        refunded,
        0 as gross_revenue_by_order_date,
        0 as refunded_by_order_date,
        click_ad_day as ad_day
    from revenue_by_click
    union all
    select
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        account_time_zone,
        order_hour as account_hour,
        currency,
        is_attributed,
        0 as spend,
        0 as impressions,
        0 as tiktok_clicks,
        0 as tiktok_conversions,
        0 as tiktok_purchases,
        0 as tiktok_purchase_value,
        0 as clicks,
        0 as conversions,
        0 as orders,
        0 as gross_order_revenue,
        0 as gross_lead_revenue,
        0 as refunded,
        gross_order_revenue + gross_lead_revenue as gross_revenue_by_order_date,
        refunded as refunded_by_order_date,
        order_ad_day as ad_day
    from revenue_by_order
)

select * from final
