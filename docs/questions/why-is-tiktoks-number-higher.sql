-- How do TikTok's purchases compare with ours, per ad, and is it clicks or windows?
select
    ad_name,
    currency,
    sum(tiktok_clicks)::int as tiktok_clicks,
    sum(clicks)::int as our_clicks,
    sum(tiktok_purchases)::int as tiktok_purchases,
    round(sum(orders), 2) as our_orders,
    round(sum(tiktok_purchase_value), 2) as tiktok_value,
    round(sum(gross_order_revenue), 2) as our_value,
    click_attribution_window as tiktok_window
from analytics.rpt_attribution_gap
group by ad_id, ad_name, currency, click_attribution_window
order by currency, sum(value_gap) desc, ad_id
limit 12
