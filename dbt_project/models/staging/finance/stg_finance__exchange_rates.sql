with source as (
    select * from {{ source_or_empty('finance', 'exchange_rates') }}
),

final as (
    select
        rate_date,
        upper(from_currency) as from_currency,
        upper(to_currency) as to_currency,
        rate
    from source
)

select * from final
