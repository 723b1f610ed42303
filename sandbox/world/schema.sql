-- The user's side: what a shop, its web tracker and its CRM bring. The dbt project documents
-- each table as a source contract; this file creates them for the demo and the tests.

create schema if not exists web;
create schema if not exists shop;
create schema if not exists crm;

create table if not exists web.page_views (
    page_view_id text primary key,
    occurred_at timestamptz not null,
    visitor_id text not null,          -- first-party cookie
    page_url text not null,            -- full URL with its query
    referrer_url text,
    ttp text,                          -- value of the _ttp cookie
    ip_address text,
    user_agent text,
    locale text                        -- BCP 47
);

create table if not exists web.consents (
    consent_id text primary key,
    visitor_id text not null,
    recorded_at timestamptz not null,
    ad_consent text,                   -- granted, denied; anything else is unknown
    limited_data_use boolean
);

create table if not exists web.identities (
    identity_id text primary key,
    visitor_id text not null,
    customer_id text,                  -- at least one of customer_id and email
    email text,
    observed_at timestamptz not null
);

create table if not exists shop.customers (
    customer_id text primary key,
    email text,
    phone text,
    first_name text,
    last_name text,
    country text,                      -- ISO 3166-1 alpha-2
    region text,
    city text,
    zip text,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create table if not exists shop.orders (
    order_id text primary key,
    customer_id text,
    visitor_id text,                   -- cookie at the checkout, when known
    ordered_at timestamptz not null,
    currency text not null,
    total_amount numeric(18, 4) not null,
    page_url text,
    referrer_url text,
    ip_address text,
    user_agent text,
    locale text
);

create table if not exists shop.order_items (
    order_item_id text primary key,
    order_id text not null,
    product_id text not null,
    product_name text,
    category text,
    brand text,
    quantity integer not null,
    unit_price numeric(18, 4) not null
);

create table if not exists shop.refunds (
    refund_id text primary key,
    order_id text not null,
    refunded_at timestamptz not null,
    currency text not null,
    amount numeric(18, 4) not null,
    reason text
);

create table if not exists crm.lead_events (
    lead_event_id text primary key,
    lead_id text not null,
    stage text not null,               -- form_submitted, lead_sold, ...
    occurred_at timestamptz not null,
    visitor_id text,
    customer_id text,
    email text,
    phone text,
    country text,
    value numeric(18, 4),
    currency text,
    page_url text,
    ip_address text,
    user_agent text,
    locale text
);
