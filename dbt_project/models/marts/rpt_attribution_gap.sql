{{ config(materialized='steady_view') }}

-- What TikTok says it earned us beside what our own clicks say, by ad and day of the click.
with ad_days as (
    select *
    from {{ ref('int_ad_days_summed') }}
    where ad_id is not null
),

ads as (
    select * from {{ ref('dim_ads') }}
),

compared as (
    select
        advertiser_id,
        ad_id,
        account_date,
        currency,
        sum(spend) as spend,
        cast(sum(tiktok_clicks) as bigint) as tiktok_clicks,
        cast(sum(clicks) as bigint) as clicks,
        sum(tiktok_conversions) as tiktok_conversions,
        sum(tiktok_purchases) as tiktok_purchases,
        sum(orders) as orders,
        sum(tiktok_purchase_value) as tiktok_purchase_value,
        sum(gross_order_revenue) as gross_order_revenue,
        sum(refunded) as refunded
    from ad_days
    group by advertiser_id, ad_id, account_date, currency
),

final as (
    select
        -- ids
        {{ key_of([
            'compared.advertiser_id', 'compared.ad_id', 'compared.account_date', 'compared.currency',
        ]) }} as attribution_gap_id,
        compared.advertiser_id,
        ads.campaign_id,
        compared.ad_id,
        -- strings
        ads.ad_name,
        ads.click_attribution_window,
        compared.currency,
        -- numerics
        compared.spend,
        compared.tiktok_clicks,
        compared.clicks,
        compared.tiktok_clicks - compared.clicks as click_gap,
        compared.tiktok_conversions,
        compared.tiktok_purchases,
        compared.orders,
        compared.tiktok_purchases - compared.orders as order_gap,
        compared.tiktok_purchase_value,
        compared.gross_order_revenue,
        compared.tiktok_purchase_value - compared.gross_order_revenue as value_gap,
        compared.refunded,
        -- dates
        compared.account_date
    from compared
    left join ads -- unique by ad_id
        on compared.ad_id = ads.ad_id
)

select * from final
