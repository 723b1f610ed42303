with source as (
    select * from {{ source('tiktok', 'advertisers') }}
),

final as (
    select
        advertiser_id,
        connection_id,
        advertiser_name,
        coalesce(nullif(display_timezone, ''), nullif(timezone, ''), 'UTC') as account_time_zone,
        currency,
        country,
        status,
        is_enabled,
        first_seen_at,
        last_seen_at,
        missing_since
    from source
)

select * from final
