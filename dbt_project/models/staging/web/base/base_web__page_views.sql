-- Page views without what takes time to find in their URLs, for models that do not ask for it.
with source as (
    select * from {{ source_or_empty('web', 'page_views') }}
),

renamed as (
    select
        cast(page_view_id as text) as page_view_id,
        cast(visitor_id as text) as visitor_id,
        {{ text_or_null('ttp') }} as ttp,
        -- As it is: hits are found by what the table's statistics say of this column.
        page_url,
        {{ url_host('page_url') }} as page_host,
        {{ text_or_null('referrer_url') }} as referrer_url,
        {{ ip_or_null('ip_address') }} as ip_address,
        {{ text_or_null('user_agent') }} as user_agent,
        {{ text_or_null('locale') }} as locale,
        {{ is_unwanted_hit() }} as is_unwanted,
        occurred_at
    from source
),

final as (
    select
        *,
        case
            when coalesce(page_view_id, '') = '' then 'page_view_id is missing'
            when coalesce(trim(visitor_id), '') = '' then 'visitor_id is missing'
            when {{ id_or_null('visitor_id') }} is null then 'visitor_id is a placeholder'
            when occurred_at is null then 'occurred_at is missing'
            when {{ is_future('occurred_at') }} then 'occurred_at is in the future'
        end as problem
    from renamed
)

select * from final
