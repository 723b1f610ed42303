-- What the provider sends of refunds, each with the event_id of the purchase it takes back. Refunds
-- of orders that are not known yet, or that are not sent, wait outside.
with refunds as (
    select * from {{ ref('fct_refunds') }}
),

purchases as (
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
        refunds.refund_event_id as event_id,
        'refund' as kind,
        event_mapping.event,
        event_mapping.event_source,
        event_mapping.event_source_id,
        purchases.connection_id,
        refunds.refunded_at as event_time,
        purchases.conversion_id as purchase_event_id,
        purchases.person_id as subject_key,
        {{ signal_columns('signals') }},
        refunds.amount as value,
        refunds.currency,
        signals.contents,
        case when signals.contents is not null then 'product' end as content_type,
        refunds.order_id,
        signals.page_url,
        signals.page_referrer,
        purchases.campaign_id,
        purchases.ad_group_id,
        purchases.ad_id,
        case when event_mapping.event_source = 'crm' then purchases.lead_id end as lead_id
    from refunds
    inner join purchases -- unique by conversion_id
        on refunds.conversion_id = purchases.conversion_id
    inner join event_mapping -- one row per event that the refund becomes
        on
            purchases.pixel_code = event_mapping.pixel_code
            and event_mapping.conversion_type = 'refund'
            and {{ buyer_matches('event_mapping.buyer_rule', 'purchases.conversion_number') }}
            and event_mapping.is_enabled
    inner join signals -- unique by conversion_id, and has all of them
        on purchases.conversion_id = signals.conversion_id
    where
        {{ is_exported('refunds.refunded_at') }}
        and exists (
            select 1
            from event_mapping as purchase_mapping
            where
                purchase_mapping.pixel_code = purchases.pixel_code
                and purchase_mapping.conversion_type = 'order'
                and purchase_mapping.event_source_id = event_mapping.event_source_id
                and {{ buyer_matches(
                    'purchase_mapping.buyer_rule', 'purchases.conversion_number'
                ) }}
                and purchase_mapping.is_enabled
        )
)

select * from final
