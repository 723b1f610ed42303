{{ config(materialized='steady_view') }}

-- Spend by days of UTC, for accounts of several zones side by side. An hour belongs to the day in
-- which it starts; what is unallocated has no hour and is in rpt_advertiser_spend_daily only.
with spend as (
    select * from {{ ref('fct_spend_hourly') }}
),

final as (
    {{ spend_at_level('spend', 'advertiser_spend_utc_day_id', ['advertiser_id'], ['utc_date']) }}
)

select * from final
