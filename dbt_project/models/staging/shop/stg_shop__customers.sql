with source as (
    select * from {{ source_or_empty('shop', 'customers') }}
),

renamed as (
    select
        cast(customer_id as text) as customer_id,
        {{ email_hash('email') }} as email_hash,
        email,
        cast(phone as text) as phone,
        first_name,
        last_name,
        country,
        region,
        city,
        cast(zip as text) as zip,
        created_at,
        updated_at
    from source
),

final as (
    select
        *,
        case
            when coalesce(trim(customer_id), '') = '' then 'customer_id is missing'
            when {{ id_or_null('customer_id') }} is null then 'customer_id is a placeholder'
        end as problem
    from renamed
)

select * from final
