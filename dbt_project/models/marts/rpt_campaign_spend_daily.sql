{{ config(materialized='steady_view') }}

with spend as (
    select * from {{ ref('fct_spend_daily') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

versions as (
    select * from {{ ref('dim_campaigns_history') }}
),

summed as (
    {{ spend_at_level(
        'spend', 'campaign_spend_day_id',
        ['advertiser_id', 'campaign_id'],
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
        campaigns.campaign_name,
        coalesce(versions.campaign_name, campaigns.campaign_name) as campaign_name_then
    from placed
    left join campaigns -- unique by campaign_id
        on placed.campaign_id = campaigns.campaign_id
    left join versions -- one version holds at a moment
        on
            placed.campaign_id = versions.campaign_id
            and {{ held_at('versions', 'placed.day_ends_at') }}
)

select * from final
