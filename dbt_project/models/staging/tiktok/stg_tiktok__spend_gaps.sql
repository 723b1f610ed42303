with source as (
    select * from {{ source('tiktok', 'spend_gaps') }}
),

final as (
    select
        advertiser_id,
        nullif(campaign_id, '') as campaign_id,
        pull_id,
        currency,
        reason,
        seq,
        spend,
        impressions,
        clicks as tiktok_clicks,
        conversion as tiktok_conversions,
        stat_date as account_date,
        observed_at
    from source
)

select * from final
