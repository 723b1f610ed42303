{{ config(materialized='steady_view') }}

with spend as (
    select * from {{ ref('fct_spend_daily') }}
),

ad_groups as (
    select * from {{ ref('dim_ad_groups') }}
),

versions as (
    select * from {{ ref('dim_ad_groups_history') }}
),

summed as (
    {{ spend_at_level(
        'spend', 'ad_group_spend_day_id',
        ['advertiser_id', 'campaign_id', 'ad_group_id'],
        ['account_time_zone', 'account_date'],
        ends_at='last_hour_ends_at',
    ) }}
),

placed as (
    select
        *,
        coalesce(
            last_hour_ends_at, {{ account_day_ends_at('account_date', 'account_time_zone') }}
        ) as day_ends_at
    from summed
),

final as (
    select
        placed.*,
        ad_groups.ad_group_name,
        coalesce(versions.ad_group_name, ad_groups.ad_group_name) as ad_group_name_then
    from placed
    left join ad_groups -- unique by ad_group_id
        on placed.ad_group_id = ad_groups.ad_group_id
    left join versions -- one version holds at a moment
        on
            placed.ad_group_id = versions.ad_group_id
            and {{ held_at('versions', 'placed.day_ends_at') }}
)

select * from final
