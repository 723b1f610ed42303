{{ config(materialized='steady_view') }}

-- What TikTok cannot count of the orders that we credit to an ad, by day of the click and currency:
-- those whose event it has not acknowledged, and those outside the ad group's own window.
with orders as (
    select * from {{ ref('int_revenue_credited') }}
    where orders <> 0 and ad_id is not null
),

deliveries as (
    select * from {{ ref('fct_event_deliveries') }}
    where kind = 'conversion'
),

ads as (
    select * from {{ ref('dim_ads') }}
),

events as (
    select
        event_id,
        bool_or(state = 'delivered') as is_acknowledged
    from deliveries
    group by event_id
),

judged as (
    select
        orders.advertiser_id,
        orders.ad_id,
        orders.currency,
        orders.orders,
        coalesce(events.is_acknowledged, false) as is_acknowledged,
        {{ is_outside_tiktok_window(
            'orders.converted_at', 'orders.clicked_at', 'ads.click_attribution_window'
        ) }} as is_outside_tiktok_window,
        {{ account_date_of('orders.click_hour') }} as account_date
    from orders
    left join events -- unique by event_id
        on orders.conversion_id = events.event_id
    left join ads -- unique by ad_id
        on orders.ad_id = ads.ad_id
),

final as (
    select
        advertiser_id,
        ad_id,
        currency,
        coalesce(sum(orders) filter (where not is_acknowledged), 0) as orders_not_acknowledged,
        coalesce(
            sum(orders) filter (where is_acknowledged and is_outside_tiktok_window), 0
        ) as orders_outside_tiktok_window,
        account_date
    from judged
    group by advertiser_id, ad_id, account_date, currency
)

select * from final
