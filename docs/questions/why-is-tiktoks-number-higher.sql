-- How do TikTok's purchases compare with ours, per ad, and what makes the difference?
select
    ad_name,
    currency,
    sum(click_gap)::int as clicks_we_did_not_see,
    sum(tiktok_purchases)::int as tiktok_purchases,
    round(sum(orders), 2) as our_orders,
    round(sum(purchases_beyond_our_orders), 2) as beyond_ours,
    round(sum(orders_not_acknowledged), 2) as not_acknowledged,
    round(sum(orders_outside_tiktok_window), 2) as outside_window,
    round(sum(tiktok_purchase_value), 2) as tiktok_value,
    round(sum(gross_order_revenue), 2) as our_value,
    click_attribution_window as tiktok_window
from analytics.rpt_attribution_gap
group by ad_id, ad_name, currency, click_attribution_window
order by currency, sum(value_gap) desc, ad_id
limit 12
