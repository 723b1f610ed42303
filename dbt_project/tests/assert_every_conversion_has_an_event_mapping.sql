-- A stage that seed event_mapping does not have is neither sent nor revenue: add a row for it, with
-- is_enabled false if it is not to be sent. Runs last, so that the other conversions go on.
-- depends_on: {{ ref('rpt_model_grades') }}
{{ config(tags=['tiktok_hourly']) }}

select
    conversions.conversion_type,
    conversions.pixel_code,
    count(*) as conversions
from {{ ref('fct_conversions') }} as conversions
left join {{ ref('int_event_mapping_expanded') }} as event_mapping
    on
        conversions.conversion_type = event_mapping.conversion_type
        and coalesce(conversions.pixel_code, '(none)') = event_mapping.pixel_code
where event_mapping.conversion_type is null
group by conversions.conversion_type, conversions.pixel_code
