{{ config(materialized='steady_table', unique_key='ad_id') }}

-- Every ad that TikTok listed or charged for. Spend on an ad that was never listed stays, unnamed.
with listed as (
    select * from {{ ref('stg_tiktok__ads') }}
),

spend as (
    select * from {{ ref('int_spend_latest') }}
),

charged as (
    select
        ad_id,
        max(ad_group_id) as ad_group_id,
        max(campaign_id) as campaign_id,
        max(advertiser_id) as advertiser_id
    from spend
    {% if build_scope().is_partial -%}
        where {{ is_after_last_build('pull_finished_at') }}
    {%- endif %}
    group by ad_id
    {% if build_scope().is_partial -%}
        union
        select
            known.ad_id,
            known.ad_group_id,
            known.campaign_id,
            known.advertiser_id
        from {{ this }} as known
        where
            known.has_spend
            and not exists (
                select 1 from spend
                where
                    spend.ad_id = known.ad_id
                    and {{ is_after_last_build('spend.pull_finished_at') }}
            )
    {%- endif %}
),

final as (
    select
        ad_id,
        coalesce(listed.ad_group_id, charged.ad_group_id) as ad_group_id,
        coalesce(listed.campaign_id, charged.campaign_id) as campaign_id,
        coalesce(listed.advertiser_id, charged.advertiser_id) as advertiser_id,
        listed.ad_name,
        listed.landing_page_url,
        listed.operation_status,
        listed.secondary_status,
        listed.ad_id is not null as is_listed,
        charged.ad_id is not null as has_spend,
        listed.first_seen_at,
        listed.last_seen_at,
        listed.missing_since
    from listed
    full outer join charged
        using (ad_id)
)

select * from final
