with source as (
    select * from {{ source('tiktok', 'pixels') }}
),

final as (
    select
        pixel_code,
        pixel_id,
        advertiser_id,
        connection_id,
        pixel_name,
        is_enabled,
        first_seen_at,
        last_seen_at,
        missing_since
    from source
)

select * from final
