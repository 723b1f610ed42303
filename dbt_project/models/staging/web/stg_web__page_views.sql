-- A view, so that addresses and devices of visitors are stored nowhere but with you.
with source as (
    select * from {{ source_or_empty('web', 'page_views') }}
),

queries as (
    select
        cast(page_view_id as text) as page_view_id,
        cast(visitor_id as text) as visitor_id,
        page_url,
        referrer_url,
        ttp,
        cast(ip_address as text) as ip_address,
        user_agent,
        locale,
        {{ url_query('page_url') }} as url_query,
        occurred_at
    from source
),

encoded as (
    select
        *,
        {{ url_parameter('url_query', var('ttclid_parameter')) }} as encoded_ttclid,
        {{ url_parameter('url_query', var('campaign_id_parameter')) }} as encoded_campaign_id,
        {{ url_parameter('url_query', var('ad_group_id_parameter')) }} as encoded_ad_group_id,
        {{ url_parameter('url_query', var('ad_id_parameter')) }} as encoded_ad_id,
        {{ url_parameter('url_query', 'utm_source') }} as encoded_utm_source,
        {{ url_parameter('url_query', 'utm_medium') }} as encoded_utm_medium,
        {{ url_parameter('url_query', 'utm_campaign') }} as encoded_utm_campaign
    from queries
),

decoded as (
    select
        *,
        {{ url_decode('encoded_ttclid', plus_is_blank=false) }} as found_ttclid,
        {{ url_decode('encoded_campaign_id') }} as found_campaign_id,
        {{ url_decode('encoded_ad_group_id') }} as found_ad_group_id,
        {{ url_decode('encoded_ad_id') }} as found_ad_id,
        {{ url_decode('encoded_utm_source') }} as found_utm_source,
        {{ url_decode('encoded_utm_medium') }} as found_utm_medium,
        {{ url_decode('encoded_utm_campaign') }} as found_utm_campaign
    from encoded
),

final as (
    select
        -- ids
        page_view_id,
        visitor_id,
        case when {{ ttclid_problem('found_ttclid') }} is null then found_ttclid end as ttclid,
        case when {{ id_problem('found_campaign_id') }} is null then found_campaign_id end
            as campaign_id,
        case when {{ id_problem('found_ad_group_id') }} is null then found_ad_group_id end
            as ad_group_id,
        case when {{ id_problem('found_ad_id') }} is null then found_ad_id end as ad_id,
        ttp,
        -- strings
        page_url,
        {{ url_host('page_url') }} as page_host,
        referrer_url,
        case when found_utm_source !~ '^__.*__$' then found_utm_source end as utm_source,
        case when found_utm_medium !~ '^__.*__$' then found_utm_medium end as utm_medium,
        case when found_utm_campaign !~ '^__.*__$' then found_utm_campaign end as utm_campaign,
        nullif(
            concat_ws(
                '; ',
                'ttclid: ' || {{ ttclid_problem('found_ttclid') }},
                'campaign_id: ' || {{ id_problem('found_campaign_id') }},
                'ad_group_id: ' || {{ id_problem('found_ad_group_id') }},
                'ad_id: ' || {{ id_problem('found_ad_id') }}
            ),
            ''
        ) as parameter_problems,
        ip_address,
        user_agent,
        locale,
        -- booleans
        {{ is_unwanted_hit() }} as is_unwanted,
        -- timestamps
        occurred_at,
        case
            when coalesce(page_view_id, '') = '' then 'page_view_id is missing'
            when coalesce(visitor_id, '') = '' then 'visitor_id is missing'
            when occurred_at is null then 'occurred_at is missing'
            when {{ is_future('occurred_at') }} then 'occurred_at is in the future'
        end as problem
    from decoded
)

select * from final
