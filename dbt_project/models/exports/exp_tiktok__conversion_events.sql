-- What the provider sends: one row per conversion and event that seed event_mapping makes of it. A
-- view: personal data passes through and is stored nowhere.
with conversions as (
    select * from {{ ref('int_conversions_exported') }}
),

event_mapping as (
    select * from {{ ref('int_event_mapping_expanded') }}
),

signals as (
    select * from {{ ref('int_conversion_signals') }}
),

final as (
    select
        conversions.conversion_id as event_id,
        'conversion' as kind,
        event_mapping.event,
        event_mapping.event_source,
        event_mapping.event_source_id,
        conversions.connection_id,
        conversions.converted_at as event_time,
        cast(null as text) as purchase_event_id,
        conversions.person_id as subject_key,
        {{ signal_columns('signals') }},
        conversions.gross_amount as value,
        conversions.currency,
        signals.contents,
        case when signals.contents is not null then 'product' end as content_type,
        conversions.order_id,
        signals.page_url,
        signals.page_referrer,
        conversions.campaign_id,
        conversions.ad_group_id,
        conversions.ad_id,
        case when event_mapping.event_source = 'crm' then conversions.lead_id end as lead_id
    from conversions
    inner join event_mapping -- one row per event that the conversion becomes
        on
            conversions.pixel_code = event_mapping.pixel_code
            and conversions.conversion_type = event_mapping.conversion_type
            and {{ buyer_matches('event_mapping.buyer_rule', 'conversions.conversion_number') }}
            and event_mapping.is_enabled
    inner join signals -- unique by conversion_id, and has all of them
        on conversions.conversion_id = signals.conversion_id
    where {{ is_exported('conversions.converted_at') }}
)

select * from final
