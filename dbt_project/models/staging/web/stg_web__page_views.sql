-- A view, so that addresses and devices of visitors are stored nowhere but with you.
with page_views as (
    select * from {{ ref('base_web__page_views') }}
),

parsed as (
    select
        page_views.*,
        decoded.*
    from page_views
    -- Each step once per row: without it the planner would write every step out in every use
    -- of it, and compute it as often.
    cross join
        lateral (
            select {{ url_query('page_views.page_url') }} as url_query
            {{ once_per_row() }} -- noqa: layout.indent
        ) as queries
    cross join
        lateral (
            select
                {{ url_parameter('queries.url_query', var('ttclid_parameter')) }} as ttclid,
                {{ url_parameter('queries.url_query', var('campaign_id_parameter')) }}
                    as campaign_id,
                {{ url_parameter('queries.url_query', var('ad_group_id_parameter')) }}
                    as ad_group_id,
                {{ url_parameter('queries.url_query', var('ad_id_parameter')) }} as ad_id,
                {{ url_parameter('queries.url_query', 'utm_source') }} as utm_source,
                {{ url_parameter('queries.url_query', 'utm_medium') }} as utm_medium,
                {{ url_parameter('queries.url_query', 'utm_campaign') }} as utm_campaign
            {{ once_per_row() }} -- noqa: layout.indent
        ) as encoded
    cross join lateral (
        select
            {{ url_decode('encoded.ttclid', plus_is_blank=false) }} as found_ttclid,
            {{ url_decode('encoded.campaign_id') }} as found_campaign_id,
            {{ url_decode('encoded.ad_group_id') }} as found_ad_group_id,
            {{ url_decode('encoded.ad_id') }} as found_ad_id,
            {{ url_decode('encoded.utm_source') }} as found_utm_source,
            {{ url_decode('encoded.utm_medium') }} as found_utm_medium,
            {{ url_decode('encoded.utm_campaign') }} as found_utm_campaign
            {{ once_per_row() }} -- noqa: layout.indent
    ) as decoded
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
        page_host,
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
        is_unwanted,
        -- timestamps
        occurred_at,
        problem
    from parsed
)

select * from final
