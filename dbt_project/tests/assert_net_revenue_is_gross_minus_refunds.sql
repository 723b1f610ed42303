select
    'rpt_ad_roi_hourly' as report,
    ad_roi_hour_id as row_id
from {{ ref('rpt_ad_roi_hourly') }}
where
    net_revenue <> gross_revenue - refunded
    or gross_revenue <> gross_order_revenue + gross_lead_revenue
    or net_revenue_by_order_date <> gross_revenue_by_order_date - refunded_by_order_date
    or profit <> net_revenue - spend
union all
select
    'rpt_ad_roi_daily' as report,
    ad_roi_day_id as row_id
from {{ ref('rpt_ad_roi_daily') }}
where
    net_revenue <> gross_revenue - refunded
    or gross_revenue <> gross_order_revenue + gross_lead_revenue
    or net_revenue_by_order_date <> gross_revenue_by_order_date - refunded_by_order_date
    or profit <> net_revenue - spend
union all
select
    'rpt_campaign_roi_daily' as report,
    campaign_roi_day_id as row_id
from {{ ref('rpt_campaign_roi_daily') }}
where
    net_revenue <> gross_revenue - refunded
    or gross_revenue <> gross_order_revenue + gross_lead_revenue
    or net_revenue_by_order_date <> gross_revenue_by_order_date - refunded_by_order_date
    or profit <> net_revenue - spend
union all
select
    'fct_conversions' as report,
    conversion_id as row_id
from {{ ref('fct_conversions') }}
where net_amount <> coalesce(gross_amount, 0) - refunded_amount
