with source as (
    select * from {{ source('tiktok', 'ads') }}
),

final as (
    select
        ad_id,
        adgroup_id as ad_group_id,
        campaign_id,
        advertiser_id,
        ad_name,
        landing_page_url,
        operation_status,
        secondary_status,
        first_seen_at,
        last_seen_at,
        missing_since
    from source
)

select * from final
