{{ config(materialized='steady_view') }}

with spend as (
    select * from {{ ref('fct_spend_hourly') }}
),

final as (
    {{ spend_at_level(
        'spend', 'ad_group_spend_hour_id',
        ['advertiser_id', 'campaign_id', 'ad_group_id'],
        ['account_time_zone', 'account_hour', 'account_date', 'hour_starts_at'],
    ) }}
)

select * from final
