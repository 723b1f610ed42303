with source as (
    select * from {{ source_or_empty('shop', 'order_items') }}
),

final as (
    select
        cast(order_item_id as text) as order_item_id,
        cast(order_id as text) as order_id,
        cast(product_id as text) as product_id,
        product_name,
        category,
        brand,
        cast(quantity as integer) as quantity,
        {{ as_money('unit_price') }} as unit_price,
        case
            when coalesce(trim(cast(order_item_id as text)), '') = ''
                then 'order_item_id is missing'
            when coalesce(trim(cast(order_id as text)), '') = '' then 'order_id is missing'
            when coalesce(trim(cast(product_id as text)), '') = '' then 'product_id is missing'
            when unit_price < 0 then 'unit_price is negative'
            when quantity <= 0 then 'quantity is not positive'
        end as problem
    from source
)

select * from final
