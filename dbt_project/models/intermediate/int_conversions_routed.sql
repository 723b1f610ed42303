-- Each conversion with the pixel and the account of the site where it happened.
with conversions as (
    select * from {{ ref('int_conversions_unioned') }}
),

last_page_views as (
    select * from {{ ref('int_conversion_page_views') }}
),

site_pixels as (
    select * from {{ ref('int_site_pixels_joined') }}
),

event_mapping as (
    select * from {{ ref('int_event_mapping_expanded') }}
),

hosted as (
    select
        conversions.*,
        last_page_views.page_view_id as last_page_view_id,
        coalesce(conversions.page_host, last_page_views.page_host) as host
    from conversions
    left join last_page_views -- unique by conversion_id
        on conversions.conversion_id = last_page_views.conversion_id
),

final as (
    select
        -- ids
        hosted.conversion_id,
        hosted.order_id,
        hosted.lead_event_id,
        hosted.lead_id,
        hosted.customer_id,
        hosted.visitor_id,
        hosted.person_id,
        hosted.last_page_view_id,
        sites.pixel_code,
        sites.connection_id,
        sites.advertiser_id,
        -- strings
        hosted.conversion_type,
        hosted.currency,
        sites.default_country,
        coalesce(sites.account_time_zone, 'UTC') as account_time_zone,
        {{ account_hour_of('hosted.converted_at', "coalesce(sites.account_time_zone, 'UTC')") }}
            as account_hour,
        -- numerics
        hosted.amount,
        hosted.conversion_number,
        -- booleans
        exists(
            select 1
            from event_mapping
            where
                event_mapping.conversion_type = hosted.conversion_type
                and event_mapping.pixel_code = coalesce(sites.pixel_code, '(none)')
                and event_mapping.is_goal
        ) as is_goal,
        -- timestamps
        hosted.converted_at
    from hosted
    {{ left_join_site('site_pixels', 'hosted.host') }}
)

select * from final
