{{ config(materialized='steady_table', unique_key='advertiser_id') }}

with advertisers as (
    select * from {{ ref('stg_tiktok__advertisers') }}
),

final as (
    select
        advertiser_id,
        connection_id,
        advertiser_name,
        reported_time_zone,
        account_time_zone,
        currency,
        country,
        status,
        is_enabled,
        first_seen_at,
        last_seen_at,
        missing_since
    from advertisers
)

select * from final
