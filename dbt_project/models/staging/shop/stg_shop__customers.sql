with source as (
    select * from {{ source_or_empty('shop', 'customers') }}
),

renamed as (
    select
        cast(customer_id as text) as customer_id,
        {{ email_hash('email') }} as email_hash,
        {{ text_or_null('email') }} as email,
        {{ text_or_null('phone') }} as phone,
        {{ text_or_null('first_name') }} as first_name,
        {{ text_or_null('last_name') }} as last_name,
        {{ text_or_null('country') }} as country,
        {{ text_or_null('region') }} as region,
        {{ text_or_null('city') }} as city,
        {{ text_or_null('zip') }} as zip,
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
