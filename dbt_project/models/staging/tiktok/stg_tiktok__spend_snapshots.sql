with source as (
    select * from {{ source('tiktok', 'spend_snapshots') }}
),

final as (
    select
        -- ids
        advertiser_id,
        entity_id,
        campaign_id,
        adgroup_id as ad_group_id,
        pull_id,
        -- strings
        data_level,
        time_dimension,
        stat_time as account_hour,
        currency,
        -- numerics
        seq,
        spend,
        impressions,
        clicks as tiktok_clicks,
        conversion as tiktok_conversions,
        complete_payment as tiktok_purchases,
        total_complete_payment_rate as tiktok_purchase_value,
        -- booleans
        is_absent,
        -- timestamps
        observed_at
    from source
)

select * from final
