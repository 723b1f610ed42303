{{ config(materialized='steady_table', unique_key='campaign_id') }}

with campaigns as (
    select * from {{ ref('stg_tiktok__campaigns') }}
),

ads as (
    select * from {{ ref('int_ads_unioned') }}
),

advertisers as (
    select * from {{ ref('stg_tiktok__advertisers') }}
),

charged as (
    select
        campaign_id,
        max(advertiser_id) as advertiser_id
    from ads
    where has_spend and campaign_id is not null
    group by campaign_id
),

unioned as (
    select
        campaign_id,
        coalesce(campaigns.advertiser_id, charged.advertiser_id) as advertiser_id,
        campaigns.campaign_name,
        campaigns.objective_type,
        campaigns.operation_status,
        campaigns.secondary_status,
        campaigns.campaign_id is not null as is_listed,
        {{ is_deleted('campaigns') }} as is_deleted,
        charged.campaign_id is not null as has_spend,
        campaigns.first_seen_at,
        campaigns.last_seen_at,
        campaigns.missing_since
    from campaigns
    full outer join charged
        using (campaign_id)
),

final as (
    select
        -- ids
        unioned.campaign_id,
        unioned.advertiser_id,
        -- strings
        unioned.campaign_name,
        advertisers.advertiser_name,
        unioned.objective_type,
        unioned.operation_status,
        unioned.secondary_status,
        advertisers.currency,
        -- booleans
        unioned.is_listed,
        unioned.is_deleted,
        unioned.has_spend,
        -- timestamps
        unioned.first_seen_at,
        unioned.last_seen_at,
        unioned.missing_since
    from unioned
    left join advertisers -- unique by advertiser_id
        on unioned.advertiser_id = advertisers.advertiser_id
)

select * from final
