{{ config(
    materialized='steady_table',
    unique_key='conversion_id',
    scope={'column': 'conversion_id', 'of': 'int_changed_conversions', 'key': 'conversion_id'},
) }}

-- Each conversion with its person, and the pixel and account of the site where it happened.
-- depends_on: {{ ref('int_changed_conversions') }}
with conversions as (
    select *
    from {{ ref('int_conversions_unioned') }}
    where {{ is_changed('name', 'int_changed_names', 'name') }}
),

persons as (
    select * from {{ ref('int_persons_stitched') }}
),

-- A person changes as a whole, so that its conversions can be counted.
of_persons as (
    select
        conversions.*,
        coalesce(persons.person_id, conversions.name) as person_id,
        row_number() over (
            partition by
                coalesce(persons.person_id, conversions.name), conversions.conversion_type
            order by conversions.converted_at, conversions.conversion_id
        ) as conversion_number
    from conversions
    left join persons -- unique by name
        on conversions.name = persons.name
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
        of_persons.*,
        last_page_views.page_view_id as last_page_view_id,
        coalesce(of_persons.page_host, last_page_views.page_host) as host
    from of_persons
    left join last_page_views -- unique by conversion_id
        on of_persons.conversion_id = last_page_views.conversion_id
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
