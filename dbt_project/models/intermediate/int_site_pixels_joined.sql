{{ config(materialized='steady_view') }}

with site_pixels as (
    select * from {{ ref('site_pixels') }}
),

pixels as (
    select * from {{ ref('stg_tiktok__pixels') }}
),

advertisers as (
    select * from {{ ref('stg_tiktok__advertisers') }}
),

final as (
    select
        lower(site_pixels.domain) as domain,
        site_pixels.pixel_code,
        site_pixels.default_country,
        pixels.connection_id,
        pixels.advertiser_id,
        advertisers.currency,
        coalesce(advertisers.account_time_zone, 'UTC') as account_time_zone
    from site_pixels
    left join pixels
        on site_pixels.pixel_code = pixels.pixel_code
    left join advertisers
        on pixels.advertiser_id = advertisers.advertiser_id
)

select * from final
