-- What did each ad earn yesterday for what it cost?
select
    ad_name,
    currency,
    round(spend, 2) as spend,
    clicks,
    orders,
    round(net_revenue, 2) as net_revenue,
    round(roi, 2) as roi,
    is_attribution_window_open as may_still_grow
from analytics.rpt_ad_roi_daily
where
    account_date = cast(tiktok_ops.now() as date) - 1
    and ad_id is not null
    and spend > 0
order by currency, roi desc nulls last, ad_id
limit 12
