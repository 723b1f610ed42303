{{ config(materialized='steady_view') }}

-- Where orders are lost between us and TikTok, step by step, by ad and day of the click: earned by
-- our rule, exported as an event, acknowledged by TikTok, counted by TikTok.
with conversions as (
    select * from {{ ref('fct_conversions') }}
),

clicks as (
    select * from {{ ref('fct_clicks') }}
),

deliveries as (
    select * from {{ ref('fct_event_deliveries') }}
),

spend as (
    select * from {{ ref('fct_spend_hourly') }}
),

ads as (
    select * from {{ ref('dim_ads') }}
),

purchases as (
    select distinct on (event_id)
        event_id,
        state
    from deliveries
    where kind = 'conversion'
    order by event_id asc, settled_at desc nulls last
),

orders as (
    select
        clicks.advertiser_id,
        clicks.ad_id,
        clicks.account_date,
        coalesce(purchases.state, 'not_exported') as state,
        {{ is_outside_tiktok_window(
            'conversions.converted_at', 'clicks.clicked_at', 'ads.click_attribution_window'
        ) }} as is_outside_window
    from conversions
    inner join clicks -- unique by click_id
        on conversions.click_id = clicks.click_id
    left join purchases -- unique by event_id
        on conversions.conversion_id = purchases.event_id
    left join ads -- unique by ad_id
        on clicks.ad_id = ads.ad_id
    where conversions.order_id is not null and clicks.ad_id is not null
),

measures as (
    select
        *,
        1 as orders,
        0 as tiktok_purchases
    from orders
    union all
    select
        advertiser_id,
        ad_id,
        account_date,
        null as state,
        null as is_outside_window,
        0 as orders,
        tiktok_purchases
    from spend
    where tiktok_purchases <> 0
),

final as (
    select
        -- ids
        {{ key_of(['advertiser_id', 'ad_id', 'account_date']) }} as gap_meter_id,
        advertiser_id,
        ad_id,
        -- numerics
        sum(orders) as orders,
        count(state) filter (where state = 'not_exported') as orders_not_exported,
        count(state) filter (where state in ('pending', 'inflight')) as orders_waiting,
        count(state) filter (where state = 'suppressed') as orders_suppressed,
        count(state) filter (where state = 'quarantined') as orders_quarantined,
        count(state) filter (where state like 'expired%') as orders_expired,
        count(state) filter (where state = 'delivered') as orders_acknowledged,
        count(state) filter (where state = 'delivered' and is_outside_window)
            as acknowledged_outside_tiktok_window,
        sum(tiktok_purchases) as tiktok_purchases,
        sum(tiktok_purchases) - count(state) filter (where state = 'delivered')
            as tiktok_purchases_not_explained,
        -- dates
        account_date
    from measures
    group by advertiser_id, ad_id, account_date
)

select * from final
