-- Page views that carry TikTok's ids. A run looks at those that are at most var late_rows_days old;
-- a full one at all.
{{ config(
    materialized='steady_table',
    unique_key='page_view_id',
    scope={'column': 'occurred_at', 'of': 'late_rows'},
    feeds=[{'kind': 'repeat_key', 'key': 'repeat_key'}],
    indexes=[
        {'columns': ['occurred_at']},
        {'columns': ['repeat_key'], 'type': 'hash'},
        {'columns': ['ad_id']},
        {'columns': ['ad_group_id']},
        {'columns': ['campaign_id']},
    ],
) }}

with page_views as (
    select *
    from {{ ref('stg_web__page_views') }}
    where
        -- Spares the others the parsing.
        {{ has_click_parameters('page_url') }}
        and {{ may_be_new('occurred_at') }}
),

landing_hits as (
    select
        page_view_id,
        visitor_id,
        ttclid,
        campaign_id,
        ad_group_id,
        ad_id,
        page_host,
        utm_source,
        utm_medium,
        utm_campaign,
        parameter_problems,
        is_unwanted,
        occurred_at
    from page_views
    where
        problem is null
        and (
            ttclid is not null
            or (
                {{ is_tiktok_source('utm_source') }}
                and coalesce(campaign_id, ad_group_id, ad_id) is not null
            )
        )
),

final as (
    select distinct on (landing_hits.page_view_id)
        *,
        -- What repeats of one click have in common.
        case
            when landing_hits.ttclid is not null then 'ttclid|' || landing_hits.ttclid
            else
                concat_ws(
                    '|',
                    'visitor',
                    landing_hits.visitor_id,
                    landing_hits.campaign_id,
                    landing_hits.ad_group_id,
                    landing_hits.ad_id
                )
        end as repeat_key
    from landing_hits
    where {{ is_not_known_from_before('page_view_id', 'landing_hits', 'occurred_at') }}
    order by landing_hits.page_view_id asc, landing_hits.occurred_at asc
)

select * from final
