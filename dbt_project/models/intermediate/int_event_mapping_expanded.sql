{{ config(
    materialized='steady_view',
    pre_hook="{{ tiktok.assert_event_names(ref('event_mapping')) }}"
) }}

-- The rules of seed event_mapping for each pixel: rules that name the pixel replace those that name
-- none, conversion type by conversion type. Pixel '(none)' is of sites that seed site_pixels lacks.
with event_mapping as (
    select * from {{ ref('event_mapping') }}
),

site_pixels as (
    select * from {{ ref('site_pixels') }}
),

pixels as (
    select pixel_code from site_pixels
    union
    select '(none)' as pixel_code
),

final as (
    select
        pixels.pixel_code,
        event_mapping.conversion_type,
        event_mapping.buyer_rule,
        event_mapping.event,
        event_mapping.event_source,
        case event_mapping.event_source
            when 'web' then pixels.pixel_code
            else event_mapping.event_source_id
        end as event_source_id,
        event_mapping.is_goal,
        event_mapping.is_enabled
    from pixels
    inner join event_mapping
        on
            pixels.pixel_code = event_mapping.pixel_code
            or (
                event_mapping.pixel_code is null
                and not exists (
                    select 1
                    from event_mapping as named
                    where
                        named.conversion_type = event_mapping.conversion_type
                        and named.pixel_code = pixels.pixel_code
                )
            )
)

select * from final
