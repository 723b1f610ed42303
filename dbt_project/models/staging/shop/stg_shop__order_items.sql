with source as (
    select * from {{ source_or_empty('shop', 'order_items') }}
),

renamed as (
    select
        cast(order_item_id as text) as order_item_id,
        cast(order_id as text) as order_id,
        cast(product_id as text) as product_id,
        product_name,
        category,
        brand,
        {{ as_count('quantity') }} as quantity,
        {{ as_money('unit_price') }} as unit_price
    from source
),

final as (
    select
        *,
        case
            when coalesce(trim(order_item_id), '') = '' then 'order_item_id is missing'
            when coalesce(trim(order_id), '') = '' then 'order_id is missing'
            when coalesce(trim(product_id), '') = '' then 'product_id is missing'
            when unit_price is null then 'unit_price is missing or no number'
            when unit_price < 0 then 'unit_price is negative'
            when quantity is null then 'quantity is missing or no whole number'
            when quantity <= 0 then 'quantity is not positive'
        end as problem
    from renamed
)

select * from final
