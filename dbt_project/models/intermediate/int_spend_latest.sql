with versions as (
    select * from {{ ref('int_spend_versioned') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by advertiser_id, ad_id, account_hour order by seq desc
        ) as recency,
        min(observed_at) over (partition by advertiser_id, ad_id, account_hour) as first_observed_at
    from versions
),

final as (
    select
        -- ids
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
        coalesce(spend, 0) as spend,
        coalesce(impressions, 0) as impressions,
        coalesce(tiktok_clicks, 0) as tiktok_clicks,
        coalesce(tiktok_conversions, 0) as tiktok_conversions,
        coalesce(tiktok_purchases, 0) as tiktok_purchases,
        coalesce(tiktok_purchase_value, 0) as tiktok_purchase_value,
        seq as versions,
        -- booleans
        is_absent,
        is_repeated_hour,
        -- dates
        account_date,
        -- timestamps
        hour_starts_at,
        hour_ends_at,
        first_observed_at,
        observed_at as last_changed_at
    from numbered
    where recency = 1
)

select * from final
