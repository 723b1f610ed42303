{{ config(
    materialized='steady_table',
    unique_key='conversion_id',
    scope={'column': 'converted_at', 'of': 'late_rows'},
    feeds=[
        {'kind': 'conversion', 'key': 'conversion_id'},
        {'kind': 'name', 'key': 'name'},
    ],
    indexes=[{'columns': ['name']}, {'columns': ['converted_at']}],
) }}

-- Everything that may become an event or revenue: each order and each stage of a lead, and the name
-- of its person. Rows with a problem are in rpt_quarantined_rows, and so are the second and later
-- rows of one key.
with orders as (
    select *
    from {{ ref('stg_shop__orders') }}
    where problem is null and {{ may_be_new('ordered_at') }}
),

lead_events as (
    select *
    from {{ ref('stg_crm__lead_events') }}
    where problem is null and {{ may_be_new('occurred_at') }}
),

unioned as (
    select
        {{ tiktok_event_id('ord', 'order_id') }} as conversion_id,
        order_id,
        null as lead_event_id,
        null as lead_id,
        customer_id,
        visitor_id,
        'order' as conversion_type,
        coalesce('c:' || customer_id, 'v:' || visitor_id, 'o:' || order_id) as name,
        currency,
        page_host,
        total_amount as amount,
        ordered_at as converted_at
    from orders
    union all
    select
        {{ tiktok_event_id('lead', 'lead_event_id') }} as conversion_id,
        null as order_id,
        lead_event_id,
        lead_id,
        customer_id,
        visitor_id,
        stage as conversion_type,
        coalesce(
            'c:' || customer_id,
            'v:' || visitor_id,
            'e:' || email_hash,
            'l:' || coalesce(lead_id, lead_event_id)
        ) as name,
        currency,
        page_host,
        value as amount,
        occurred_at as converted_at
    from lead_events
),

final as (
    select distinct on (unioned.conversion_id) *
    from unioned
    where {{ is_not_known_from_before('conversion_id', 'unioned', 'converted_at') }}
    order by
        unioned.conversion_id asc, unioned.converted_at asc, unioned.amount asc, unioned.name asc
)

select * from final
