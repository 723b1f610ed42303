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
        sum(spend) as spend,
        sum(impressions) as impressions,
        sum(tiktok_clicks) as tiktok_clicks,
        sum(clicks) as clicks,
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
        is_attributed
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
        -- ids
        {{ key_of([
            'advertiser_id', 'campaign_id', 'ad_group_id', 'ad_id', 'account_time_zone',
            'account_hour', 'currency', 'is_attributed',
        ]) }} as ad_roi_hour_id,
        summed.advertiser_id,
        summed.campaign_id,
        summed.ad_group_id,
        summed.ad_id,
        -- strings
        summed.account_time_zone,
        summed.account_hour,
        summed.currency,
        -- numerics
        {{ roi_columns('summed') }},
        -- booleans
        summed.is_attributed,
        placed_hours.hour_starts_at
        + interval '1 day' * {{ var('attribution_window_days') }} > {{ tiktok_now() }}
            as is_attribution_window_open,
        -- dates
        {{ account_date_of('summed.account_hour') }} as account_date,
        -- timestamps
        placed_hours.hour_starts_at
    from summed
    inner join placed_hours -- unique by zone and hour, and has all of them
        using (account_time_zone, account_hour)
)

select * from final
