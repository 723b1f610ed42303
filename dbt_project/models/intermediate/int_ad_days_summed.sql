{{ config(
    materialized='steady_table',
    unique_key='ad_roi_day_id',
    scope={'column': 'ad_day', 'of': 'int_changed_ad_days', 'key': 'ad_day'},
    indexes=[{'columns': ['ad_day']}, {'columns': ['account_date']}],
) }}

-- What each ad spent and earned on each day of its account's clock.
with ad_hours as (
    select *
    from {{ ref('int_ad_hours_summed') }}
    where {{ is_changed('ad_day', 'int_changed_ad_days', 'ad_day') }}
),

summed as (
    select
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        account_time_zone,
        account_date,
        currency,
        is_attributed,
        ad_day,
        sum(tiktok_conversions) as tiktok_conversions,
        sum(tiktok_purchases) as tiktok_purchases,
        sum(tiktok_purchase_value) as tiktok_purchase_value,
        {{ sum_roi_measures() }},
        max(hour_starts_at) as last_hour_starts_at
    from ad_hours
    group by
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        account_time_zone,
        account_date,
        currency,
        is_attributed,
        ad_day
),

final as (
    select
        {{ key_of([
            'advertiser_id', 'campaign_id', 'ad_group_id', 'ad_id', 'account_time_zone',
            'account_date', 'currency', 'is_attributed',
        ]) }} as ad_roi_day_id,
        *
    from summed
)

select * from final
