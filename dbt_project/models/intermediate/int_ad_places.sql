-- Where each ad, ad group and campaign belongs, in what a click takes over from it.
{{ config(
    materialized='steady_table',
    unique_key='place_id',
    feeds=[{'kind': 'place', 'key': 'place_id'}],
    indexes=[{'columns': ['level', 'entity_id']}],
) }}

with ads as (
    select * from {{ ref('int_ads_unioned') }}
),

ad_groups as (
    select * from {{ ref('stg_tiktok__ad_groups') }}
),

campaigns as (
    select * from {{ ref('stg_tiktok__campaigns') }}
),

final as (
    select
        'ad|' || ad_id as place_id,
        'ad' as level,
        ad_id as entity_id,
        ad_group_id,
        campaign_id,
        advertiser_id
    from ads
    union all
    select
        'ad_group|' || ad_group_id as place_id,
        'ad_group' as level,
        ad_group_id as entity_id,
        ad_group_id,
        campaign_id,
        advertiser_id
    from ad_groups
    union all
    select
        'campaign|' || campaign_id as place_id,
        'campaign' as level,
        campaign_id as entity_id,
        cast(null as text) as ad_group_id,
        campaign_id,
        advertiser_id
    from campaigns
)

select * from final
