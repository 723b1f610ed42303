with source as (
    select * from {{ source_or_empty('web', 'identities') }}
),

final as (
    select
        cast(identity_id as text) as identity_id,
        nullif(cast(visitor_id as text), '') as visitor_id,
        nullif(cast(customer_id as text), '') as customer_id,
        {{ email_hash('email') }} as email_hash,
        email,
        observed_at
    from source
)

select * from final
