with source as (
    select * from {{ source('tiktok', 'campaigns') }}
),

final as (
    select
        campaign_id,
        advertiser_id,
        campaign_name,
        objective_type,
        operation_status,
        secondary_status,
        first_seen_at,
        last_seen_at,
        missing_since
    from source
)

select * from final
