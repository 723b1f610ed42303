{{ config(
    materialized='steady_table',
    unique_key='ad_roi_hour_id',
    scope={'column': 'ad_day', 'of': 'int_changed_ad_days', 'key': 'ad_day'},
    indexes=[{'columns': ['ad_day']}],
) }}

-- What each ad spent and earned in each hour of its account's clock.
with measures as (
    select * from {{ ref('int_ad_hour_measures_unioned') }}
),

summed as (
    select
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        account_time_zone,
        account_hour,
        currency,
        is_attributed,
        ad_day,
        sum(spend) as spend,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(tiktok_clicks) as bigint) as tiktok_clicks,
        sum(tiktok_conversions) as tiktok_conversions,
        sum(tiktok_purchases) as tiktok_purchases,
        sum(tiktok_purchase_value) as tiktok_purchase_value,
        cast(sum(clicks) as bigint) as clicks,
        sum(conversions) as conversions,
        sum(orders) as orders,
        sum(gross_order_revenue) as gross_order_revenue,
        sum(gross_lead_revenue) as gross_lead_revenue,
        sum(gross_order_revenue + gross_lead_revenue) as gross_revenue,
        sum(refunded) as refunded,
        sum(gross_order_revenue + gross_lead_revenue - refunded) as net_revenue,
        sum(gross_revenue_by_order_date) as gross_revenue_by_order_date,
        sum(refunded_by_order_date) as refunded_by_order_date,
        sum(gross_revenue_by_order_date - refunded_by_order_date) as net_revenue_by_order_date
    from measures
    group by
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        account_time_zone,
        account_hour,
        currency,
        is_attributed,
        ad_day
),

hours as (
    select distinct
        account_time_zone,
        account_hour
    from summed
),

placed_hours as (
    select
        account_time_zone,
        account_hour,
        {{ account_hour_starts_at('account_hour', 'account_time_zone') }} as hour_starts_at
    from hours
),

final as (
    select
        {{ key_of([
            'advertiser_id', 'campaign_id', 'ad_group_id', 'ad_id', 'account_time_zone',
            'account_hour', 'currency', 'is_attributed',
        ]) }} as ad_roi_hour_id,
        summed.*,
        {{ account_date_of('summed.account_hour') }} as account_date,
        placed_hours.hour_starts_at
    from summed
    inner join placed_hours -- unique by zone and hour, and has all of them
        using (account_time_zone, account_hour)
)

select * from final
