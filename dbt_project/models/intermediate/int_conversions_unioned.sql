-- Everything that may become an event or revenue: each order and each stage of a lead, with its
-- person. Rows with a problem are in rpt_quarantined_rows.
with orders as (
    select * from {{ ref('stg_shop__orders') }}
),

lead_events as (
    select * from {{ ref('stg_crm__lead_events') }}
),

persons as (
    select * from {{ ref('int_persons_stitched') }}
),

unioned as (
    select
        {{ tiktok_event_id('ord', 'order_id') }} as conversion_id,
        'order' as conversion_type,
        order_id,
        null as lead_event_id,
        null as lead_id,
        customer_id,
        visitor_id,
        coalesce('c:' || customer_id, 'v:' || visitor_id, 'o:' || order_id) as name,
        currency,
        page_host,
        total_amount as amount,
        ordered_at as converted_at
    from orders
    where problem is null
    union all
    select
        {{ tiktok_event_id('lead', 'lead_event_id') }} as conversion_id,
        stage as conversion_type,
        null as order_id,
        lead_event_id,
        lead_id,
        customer_id,
        visitor_id,
        coalesce(
            'c:' || customer_id, 'v:' || visitor_id, 'e:' || email_hash, 'l:' || lead_id
        ) as name,
        currency,
        page_host,
        value as amount,
        occurred_at as converted_at
    from lead_events
    where problem is null
),

final as (
    select
        -- ids
        unioned.conversion_id,
        unioned.order_id,
        unioned.lead_event_id,
        unioned.lead_id,
        unioned.customer_id,
        unioned.visitor_id,
        coalesce(persons.person_id, unioned.name) as person_id,
        -- strings
        unioned.conversion_type,
        unioned.currency,
        unioned.page_host,
        -- numerics
        unioned.amount,
        row_number() over (
            partition by coalesce(persons.person_id, unioned.name), unioned.conversion_type
            order by unioned.converted_at, unioned.conversion_id
        ) as conversion_number,
        -- timestamps
        unioned.converted_at
    from unioned
    left join persons -- unique by name
        on unioned.name = persons.name
)

select * from final
