{{ config(materialized='steady_view') }}

-- Everything that is counted per ad and account-local hour, each source in its own columns and
-- rows; the reports only add up.
with spend as (
    select * from {{ ref('fct_spend_hourly') }}
),

clicks as (
    select * from {{ ref('fct_clicks') }}
),

revenue as (
    select * from {{ ref('int_revenue_credited') }}
),

final as (
    select
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        account_time_zone,
        account_hour,
        currency,
        true as is_attributed,
        spend,
        impressions,
        tiktok_clicks,
        0 as clicks,
        0 as conversions,
        0 as orders,
        0 as gross_order_revenue,
        0 as gross_lead_revenue,
        0 as refunded,
        0 as gross_revenue_by_order_date,
        0 as refunded_by_order_date
    from spend
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
        1 as clicks,
        0 as conversions,
        0 as orders,
        0 as gross_order_revenue,
        0 as gross_lead_revenue,
        0 as refunded,
        0 as gross_revenue_by_order_date,
        0 as refunded_by_order_date
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
        0 as clicks,
        conversions,
        orders,
        gross_order_revenue,
        gross_lead_revenue,
        refunded,
        0 as gross_revenue_by_order_date,
        0 as refunded_by_order_date
    from revenue
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
        0 as clicks,
        0 as conversions,
        0 as orders,
        0 as gross_order_revenue,
        0 as gross_lead_revenue,
        0 as refunded,
        gross_order_revenue + gross_lead_revenue as gross_revenue_by_order_date,
        refunded as refunded_by_order_date
    from revenue
)

select * from final
