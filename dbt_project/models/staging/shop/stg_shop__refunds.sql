with source as (
    select * from {{ source_or_empty('shop', 'refunds') }}
),

renamed as (
    select
        cast(refund_id as text) as refund_id,
        cast(order_id as text) as order_id,
        upper(trim(currency)) as currency,
        {{ as_money('amount') }} as amount,
        reason,
        refunded_at
    from source
),

final as (
    select
        *,
        case
            when coalesce(trim(refund_id), '') = '' then 'refund_id is missing'
            when coalesce(trim(order_id), '') = '' then 'order_id is missing'
            when refunded_at is null then 'refunded_at is missing'
            when {{ is_future('refunded_at') }} then 'refunded_at is in the future'
            when coalesce(currency, '') = '' then 'currency is missing'
            when amount is null then 'amount is missing or no number'
            when amount < 0 then 'amount is negative'
        end as problem
    from renamed
)

select * from final
