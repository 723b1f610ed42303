-- Each snapshot minus the one before it. The deltas of an ad and hour add up to what TikTok says
-- now.
with versions as (
    select * from {{ ref('int_spend_versioned') }}
),

with_previous as (
    select
        *,
        lag(spend) over snapshots_of_key as previous_spend,
        lag(impressions) over snapshots_of_key as previous_impressions,
        lag(tiktok_clicks) over snapshots_of_key as previous_tiktok_clicks,
        lag(tiktok_conversions) over snapshots_of_key as previous_tiktok_conversions,
        lag(tiktok_purchases) over snapshots_of_key as previous_tiktok_purchases,
        lag(tiktok_purchase_value) over snapshots_of_key as previous_tiktok_purchase_value
    from versions
    window snapshots_of_key as (partition by advertiser_id, ad_id, account_hour order by seq)
),

final as (
    select
        -- ids
        {{ key_of(['advertiser_id', 'ad_id', 'account_hour', 'seq']) }} as spend_delta_id,
        {{ key_of(['advertiser_id', 'ad_id', 'account_hour']) }} as spend_hour_id,
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        pull_id,
        -- strings
        account_time_zone,
        account_hour,
        currency,
        -- numerics
        seq,
        coalesce(spend, 0) - coalesce(previous_spend, 0) as spend_delta,
        coalesce(impressions, 0) - coalesce(previous_impressions, 0) as impressions_delta,
        coalesce(tiktok_clicks, 0) - coalesce(previous_tiktok_clicks, 0) as tiktok_clicks_delta,
        coalesce(tiktok_conversions, 0) - coalesce(previous_tiktok_conversions, 0)
            as tiktok_conversions_delta,
        coalesce(tiktok_purchases, 0) - coalesce(previous_tiktok_purchases, 0)
            as tiktok_purchases_delta,
        coalesce(tiktok_purchase_value, 0) - coalesce(previous_tiktok_purchase_value, 0)
            as tiktok_purchase_value_delta,
        -- booleans
        seq > 1 as is_restatement,
        is_absent,
        -- dates
        account_date,
        -- timestamps
        hour_starts_at,
        observed_at
    from with_previous
)

select * from final
