-- A shop like Shopify, as its connectors load it ("shopify": orders, order_lines, refunds,
-- customers), as the tables of shop. The visitor comes from a cart attribute that your theme writes.
create schema if not exists shop;

create or replace view shop.orders as
select
    cast(orders.id as text) as order_id,
    cast(orders.customer_id as text) as customer_id,
    orders.note_attributes ->> 'visitor_id' as visitor_id,
    orders.created_at as ordered_at,
    orders.currency,
    orders.total_price as total_amount,
    'https://' || orders.store_domain || coalesce(orders.landing_site, '/') as page_url,
    orders.referring_site as referrer_url,
    orders.browser_ip as ip_address,
    orders.client_details ->> 'user_agent' as user_agent,
    orders.customer_locale as locale
from shopify.orders as orders
where orders.cancelled_at is null and not orders.test;

create or replace view shop.order_items as
select
    cast(order_lines.id as text) as order_item_id,
    cast(order_lines.order_id as text) as order_id,
    cast(coalesce(order_lines.product_id, order_lines.variant_id, order_lines.id) as text)
        as product_id,
    order_lines.title as product_name,
    cast(null as text) as category,
    order_lines.vendor as brand,
    order_lines.quantity,
    order_lines.price as unit_price
from shopify.order_lines as order_lines;

create or replace view shop.refunds as
select
    cast(refunds.id as text) as refund_id,
    cast(refunds.order_id as text) as order_id,
    refunds.created_at as refunded_at,
    refunds.currency,
    refunds.amount,
    refunds.note as reason
from shopify.refunds as refunds;

create or replace view shop.customers as
select
    cast(customers.id as text) as customer_id,
    customers.email,
    customers.phone,
    customers.first_name,
    customers.last_name,
    customers.default_address ->> 'country_code' as country,
    customers.default_address ->> 'province' as region,
    customers.default_address ->> 'city' as city,
    customers.default_address ->> 'zip' as zip,
    customers.created_at,
    customers.updated_at
from shopify.customers as customers;
