-- Attributed or not, as long as its site has a pixel and its event is switched on.
select conversions.conversion_id
from {{ ref('fct_conversions') }} as conversions
inner join {{ ref('int_event_mapping_expanded') }} as event_mapping
    on
        conversions.pixel_code = event_mapping.pixel_code
        and conversions.conversion_type = event_mapping.conversion_type
        and event_mapping.buyer_rule = 'any'
        and event_mapping.is_enabled
where
    {{ is_exported('conversions.converted_at') }}
    and not exists (
        select 1
        from {{ ref('exp_tiktok__conversion_events') }} as exported
        where
            exported.event_id = conversions.conversion_id
            and exported.event = event_mapping.event
    )
