with source as (
    select * from {{ source('tiktok', 'advertisers') }}
),

zoned as (
    select
        *,
        coalesce(nullif(display_timezone, ''), nullif(timezone, '')) as reported_time_zone
    from source
),

final as (
    select
        advertiser_id,
        connection_id,
        advertiser_name,
        reported_time_zone,
        coalesce({{ known_time_zone('reported_time_zone') }}, 'UTC') as account_time_zone,
        currency,
        country,
        status,
        is_enabled,
        first_seen_at,
        last_seen_at,
        missing_since
    from zoned
)

select * from final
