with source as (
    select * from {{ source_or_empty('shop', 'orders') }}
),

renamed as (
    select
        cast(order_id as text) as order_id,
        {{ id_or_null('customer_id') }} as customer_id,
        {{ id_or_null('visitor_id') }} as visitor_id,
        upper(trim(currency)) as currency,
        {{ as_money('total_amount') }} as total_amount,
        {{ text_or_null('page_url') }} as page_url,
        {{ url_host('page_url') }} as page_host,
        {{ text_or_null('referrer_url') }} as referrer_url,
        {{ ip_or_null('ip_address') }} as ip_address,
        {{ text_or_null('user_agent') }} as user_agent,
        {{ text_or_null('locale') }} as locale,
        ordered_at
    from source
),

final as (
    select
        *,
        case
            when coalesce(trim(order_id), '') = '' then 'order_id is missing'
            when ordered_at is null then 'ordered_at is missing'
            when {{ is_future('ordered_at') }} then 'ordered_at is in the future'
            when coalesce(currency, '') = '' then 'currency is missing'
            when total_amount is null then 'total_amount is missing or no number'
            when total_amount < 0 then 'total_amount is negative'
        end as problem
    from renamed
)

select * from final
