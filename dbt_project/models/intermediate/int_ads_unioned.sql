{{ config(materialized='steady_table', unique_key='ad_id') }}

-- Every ad that TikTok listed or charged for. Spend on an ad that was never listed stays, unnamed.
with listed as (
    select * from {{ ref('stg_tiktok__ads') }}
),

charged as (
    select * from {{ ref('int_spend_ads') }}
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
