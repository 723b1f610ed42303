{{ config(materialized='steady_view') }}

-- What TikTok says it earned us beside what our own clicks say, by ad and day of the click.
-- order_gap is purchases_beyond_our_orders less orders_not_acknowledged and
-- orders_outside_tiktok_window.
with ad_days as (
    select *
    from {{ ref('int_ad_days_summed') }}
    where ad_id is not null
),

ads as (
    select * from {{ ref('dim_ads') }}
),

outcomes as (
    select * from {{ ref('int_order_outcomes_summed') }}
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

explained as (
    select
        compared.*,
        coalesce(outcomes.orders_not_acknowledged, 0) as orders_not_acknowledged,
        coalesce(outcomes.orders_outside_tiktok_window, 0) as orders_outside_tiktok_window
    from compared
    left join outcomes -- unique by account, ad, day and currency
        on
            compared.advertiser_id is not distinct from outcomes.advertiser_id
            and compared.ad_id = outcomes.ad_id
            and compared.account_date = outcomes.account_date
            and compared.currency = outcomes.currency
),

final as (
    select
        -- ids
        {{ key_of([
            'explained.advertiser_id', 'explained.ad_id', 'explained.account_date', 'explained.currency',
        ]) }} as attribution_gap_id,
        explained.advertiser_id,
        ads.campaign_id,
        explained.ad_id,
        -- strings
        ads.ad_name,
        ads.click_attribution_window,
        explained.currency,
        -- numerics
        explained.spend,
        explained.tiktok_clicks,
        explained.clicks,
        explained.tiktok_clicks - explained.clicks as click_gap,
        explained.tiktok_conversions,
        explained.tiktok_purchases,
        explained.orders,
        explained.tiktok_purchases - explained.orders as order_gap,
        explained.tiktok_purchases - explained.orders
        + explained.orders_not_acknowledged + explained.orders_outside_tiktok_window
            as purchases_beyond_our_orders,
        explained.orders_not_acknowledged,
        explained.orders_outside_tiktok_window,
        explained.tiktok_purchase_value,
        explained.gross_order_revenue,
        explained.tiktok_purchase_value - explained.gross_order_revenue as value_gap,
        explained.refunded,
        -- dates
        explained.account_date
    from explained
    left join ads -- unique by ad_id
        on explained.ad_id = ads.ad_id
)

select * from final
