with source as (
    select * from {{ source_or_empty('web', 'identities') }}
),

renamed as (
    select
        cast(identity_id as text) as identity_id,
        {{ id_or_null('visitor_id') }} as visitor_id,
        {{ id_or_null('customer_id') }} as customer_id,
        {{ email_hash('email') }} as email_hash,
        {{ text_or_null('email') }} as email,
        observed_at
    from source
),

final as (
    select
        *,
        case
            when visitor_id is null then 'visitor_id is missing'
            when customer_id is null and email_hash is null then 'names neither customer nor e-mail'
        end as problem
    from renamed
)

select * from final
