-- Page views that carry TikTok's ids. A run takes those that are not here yet, as long as they come
-- at most var late_rows_days late; a full refresh takes all.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[{'columns': ['page_view_id'], 'unique': true}, {'columns': ['occurred_at']}],
) }}

with page_views as (
    select * from {{ ref('stg_web__page_views') }}
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
        occurred_at,
        row_number() over (partition by page_view_id order by occurred_at) as copy
    from page_views
    where
        problem is null
        {% if is_incremental() %}
            and occurred_at >= (
                select max(known.occurred_at) - interval '1 day' * {{ var('late_rows_days') }}
                from {{ this }} as known
            )
        {% endif %}
        and (
            ttclid is not null
            or (
                {{ is_tiktok_source('utm_source') }}
                and coalesce(campaign_id, ad_group_id, ad_id) is not null
            )
        )
),

final as (
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
    from landing_hits
    where
        copy = 1
        {% if is_incremental() %}
            and not exists (
                select 1 from {{ this }} as known
                where known.page_view_id = landing_hits.page_view_id
            )
        {% endif %}
)

select * from final
