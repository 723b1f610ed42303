with credits as (
    select
        conversion_id,
        sum(credit) as credit,
        sum(credited_amount) as credited_amount
    from {{ ref('int_conversion_credits') }}
    group by conversion_id
)

select
    conversion_id,
    credits.credit,
    credits.credited_amount,
    conversions.gross_amount
from credits
full outer join {{ ref('fct_conversions') }} as conversions
    using (conversion_id)
where
    credits.credit is distinct from 1
    or credits.credited_amount is distinct from coalesce(conversions.gross_amount, 0)
