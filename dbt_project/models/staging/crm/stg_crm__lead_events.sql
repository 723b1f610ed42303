with source as (
    select * from {{ source_or_empty('crm', 'lead_events') }}
),

renamed as (
    select
        cast(lead_event_id as text) as lead_event_id,
        cast(lead_id as text) as lead_id,
        {{ id_or_null('visitor_id') }} as visitor_id,
        {{ id_or_null('customer_id') }} as customer_id,
        stage,
        {{ email_hash('email') }} as email_hash,
        {{ text_or_null('email') }} as email,
        {{ text_or_null('phone') }} as phone,
        {{ text_or_null('country') }} as country,
        upper(trim(currency)) as currency,
        {{ as_money('value') }} as value,
        {{ text_or_null('page_url') }} as page_url,
        {{ url_host('page_url') }} as page_host,
        {{ ip_or_null('ip_address') }} as ip_address,
        {{ text_or_null('user_agent') }} as user_agent,
        {{ text_or_null('locale') }} as locale,
        occurred_at
    from source
),

final as (
    select
        *,
        case
            when coalesce(trim(lead_event_id), '') = '' then 'lead_event_id is missing'
            when coalesce(trim(stage), '') = '' then 'stage is missing'
            when occurred_at is null then 'occurred_at is missing'
            when {{ is_future('occurred_at') }} then 'occurred_at is in the future'
            when value is not null and coalesce(currency, '') = '' then 'value without currency'
            when value < 0 then 'value is negative'
        end as problem
    from renamed
)

select * from final
