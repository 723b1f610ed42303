-- An hour of an ad never changes its currency, and no amount is without one: amounts in two
-- currencies are rows of their own.
select
    'fct_spend_deltas' as model,
    spend_hour_id as row_id
from {{ ref('fct_spend_deltas') }}
group by spend_hour_id
having count(distinct currency) <> 1
union all
select
    'rpt_ad_roi_hourly' as model,
    ad_roi_hour_id as row_id
from {{ ref('rpt_ad_roi_hourly') }}
where currency is null and (spend <> 0 or gross_revenue <> 0 or refunded <> 0)
union all
select
    'fct_clicks' as model,
    click_id as row_id
from {{ ref('fct_clicks') }}
where currency is null and cost <> 0
union all
select
    'fct_conversions' as model,
    conversion_id as row_id
from {{ ref('fct_conversions') }}
where currency is null and gross_amount <> 0
