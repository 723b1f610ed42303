{{ config(materialized='steady_view') }}

with spend as (
    select * from {{ ref('fct_spend_daily') }}
),

final as (
    {{ spend_at_level(
        'spend', 'advertiser_spend_day_id',
        ['advertiser_id'],
        ['account_time_zone', 'account_date'],
    ) }}
)

select * from final
