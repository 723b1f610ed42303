{{ config(
    materialized='table',
    post_hook="{{ tiktok.count_rows() }}",
) }}

-- Two names of one person, wherever a row carries both; of the rows that may be new. Names start
-- with what they name: a customer (c:), the hash of an e-mail (e:) or a visitor (v:).
with identities as (
    select *
    from {{ ref('stg_web__identities') }}
    where {{ may_be_new('observed_at') }}
),

orders as (
    select *
    from {{ ref('stg_shop__orders') }}
    where {{ may_be_new('ordered_at') }}
),

customers as (
    select *
    from {{ ref('stg_shop__customers') }}
    where problem is null and {{ may_be_new('updated_at') }}
),

lead_events as (
    select *
    from {{ ref('stg_crm__lead_events') }}
    where {{ may_be_new('occurred_at') }}
),

named as (
    select
        'c:' || customer_id as customer,
        'e:' || email_hash as email,
        'v:' || visitor_id as visitor
    from identities
    union all
    select
        'c:' || customer_id as customer,
        null as email,
        'v:' || visitor_id as visitor
    from orders
    union all
    select
        'c:' || customer_id as customer,
        'e:' || email_hash as email,
        null as visitor
    from customers
    union all
    select
        'c:' || customer_id as customer,
        'e:' || email_hash as email,
        'v:' || visitor_id as visitor
    from lead_events
),

-- Two links join three names.
paired as (
    select
        coalesce(customer, email) as first_name,
        coalesce(visitor, email) as second_name
    from named
    union all
    select
        customer as first_name,
        email as second_name
    from named
    where visitor is not null
),

final as (
    select distinct
        least(first_name, second_name) as name,
        greatest(first_name, second_name) as linked_name
    from paired
    where first_name <> second_name
)

select * from final
