{{ config(materialized='steady_view') }}

-- The matching signals of each conversion: those of the order or lead itself, then of the customer,
-- then of the pages around it. A view: personal data passes through and is stored nowhere. Each
-- table is asked for the rows of the exported conversions only, and a key that it has twice counts
-- once.
with conversions as (
    select * from {{ ref('int_conversions_exported') }}
),

orders as (
    select *
    from {{ ref('stg_shop__orders') }}
    where problem is null
),

lead_events as (
    select *
    from {{ ref('stg_crm__lead_events') }}
    where problem is null
),

customers as (
    select *
    from {{ ref('stg_shop__customers') }}
    where problem is null
),

order_items as (
    select *
    from {{ ref('stg_shop__order_items') }}
    where problem is null
),

identities as (
    select * from {{ ref('stg_web__identities') }}
),

-- Once for each purpose: PostgreSQL reads a common table expression that is used twice from
-- beginning to end.
landing_hits as (
    select * from {{ ref('base_web__page_views') }}
),

last_pages as (
    select * from {{ ref('base_web__page_views') }}
),

clicks as (
    select * from {{ ref('int_tiktok_clicks') }}
),

consents as (
    select * from {{ ref('int_person_consents') }}
),

items_of_orders as (
    select distinct on (order_items.order_item_id) order_items.*
    from order_items
    inner join conversions -- unique by order_id
        on order_items.order_id = conversions.order_id
    order by order_items.order_item_id asc, order_items.product_id asc
),

contents_of_orders as (
    select
        order_id,
        jsonb_agg(
            jsonb_build_object(
                'content_id', product_id,
                'content_name', product_name,
                'content_category', category,
                'brand', brand,
                'quantity', quantity,
                'price', unit_price
            ) order by order_item_id
        ) as contents
    from items_of_orders
    group by order_id
),

emails_of_visitors as (
    select distinct on (identities.visitor_id)
        identities.visitor_id,
        identities.email
    from identities
    inner join conversions -- many per visitor; the newest e-mail is kept
        on identities.visitor_id = conversions.visitor_id
    where identities.email_hash is not null
    order by
        identities.visitor_id asc,
        identities.observed_at desc,
        identities.identity_id desc
),

final as (
    select distinct on (conversions.conversion_id)
        conversions.conversion_id,
        coalesce(consents.consent_state, 'unknown') as consent_state,
        coalesce(consents.limited_data_use, false) as limited_data_use,
        clicks.ttclid,
        coalesce(landing_hits.ttp, last_pages.ttp) as ttp,
        coalesce(lead_events.email, customers.email, emails_of_visitors.email) as email,
        coalesce(lead_events.phone, customers.phone) as phone,
        coalesce(conversions.customer_id, conversions.visitor_id) as external_id,
        customers.first_name,
        customers.last_name,
        coalesce(orders.ip_address, lead_events.ip_address, last_pages.ip_address) as ip,
        coalesce(orders.user_agent, lead_events.user_agent, last_pages.user_agent) as user_agent,
        coalesce(orders.locale, lead_events.locale, last_pages.locale) as locale,
        coalesce(customers.country, lead_events.country, conversions.default_country) as country,
        customers.region,
        customers.city,
        customers.zip,
        contents_of_orders.contents,
        coalesce(orders.page_url, lead_events.page_url, last_pages.page_url) as page_url,
        coalesce(orders.referrer_url, last_pages.referrer_url) as page_referrer
    from conversions
    left join orders -- unique by order_id
        on conversions.order_id = orders.order_id
    left join lead_events -- unique by lead_event_id
        on conversions.lead_event_id = lead_events.lead_event_id
    left join customers -- unique by customer_id
        on conversions.customer_id = customers.customer_id
    left join contents_of_orders -- unique by order_id
        on conversions.order_id = contents_of_orders.order_id
    left join emails_of_visitors -- unique by visitor_id
        on conversions.visitor_id = emails_of_visitors.visitor_id
    left join clicks -- unique by click_id
        on conversions.click_id = clicks.click_id
    left join landing_hits -- by page_view_id
        on conversions.click_page_view_id = landing_hits.page_view_id
    left join last_pages -- unique by page_view_id
        on conversions.last_page_view_id = last_pages.page_view_id
    left join consents -- unique by person_id
        on conversions.person_id = consents.person_id
    order by
        conversions.conversion_id asc,
        orders.ordered_at asc,
        orders.total_amount asc,
        lead_events.occurred_at asc,
        customers.updated_at desc,
        last_pages.occurred_at asc,
        landing_hits.occurred_at asc
)

select * from final
