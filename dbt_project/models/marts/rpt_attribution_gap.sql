-- What TikTok says it earned us beside what our own clicks say, by ad and day of the click.
with spend as (
    select * from {{ ref('fct_spend_hourly') }}
),

ad_roi_daily as (
    select * from {{ ref('rpt_ad_roi_daily') }}
),

ads as (
    select * from {{ ref('dim_ads') }}
),

tiktok_days as (
    select
        advertiser_id,
        ad_id,
        account_date,
        currency,
        sum(spend) as spend,
        sum(tiktok_clicks) as tiktok_clicks,
        sum(tiktok_conversions) as tiktok_conversions,
        sum(tiktok_purchases) as tiktok_purchases,
        sum(tiktok_purchase_value) as tiktok_purchase_value
    from spend
    group by advertiser_id, ad_id, account_date, currency
),

our_days as (
    select
        advertiser_id,
        ad_id,
        account_date,
        currency,
        sum(clicks) as clicks,
        sum(orders) as orders,
        sum(gross_order_revenue) as gross_order_revenue,
        sum(refunded) as refunded
    from ad_roi_daily
    where ad_id is not null
    group by advertiser_id, ad_id, account_date, currency
),

compared as (
    select
        advertiser_id,
        ad_id,
        account_date,
        currency,
        coalesce(tiktok_days.spend, 0) as spend,
        coalesce(tiktok_days.tiktok_clicks, 0) as tiktok_clicks,
        coalesce(our_days.clicks, 0) as clicks,
        coalesce(tiktok_days.tiktok_conversions, 0) as tiktok_conversions,
        coalesce(tiktok_days.tiktok_purchases, 0) as tiktok_purchases,
        coalesce(our_days.orders, 0) as orders,
        coalesce(tiktok_days.tiktok_purchase_value, 0) as tiktok_purchase_value,
        coalesce(our_days.gross_order_revenue, 0) as gross_order_revenue,
        coalesce(our_days.refunded, 0) as refunded
    from tiktok_days
    full outer join our_days
        using (advertiser_id, ad_id, account_date, currency)
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
