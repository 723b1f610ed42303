-- What did a click that reached the site cost, per campaign?
select
    ads.campaign_name,
    clicks.currency,
    count(*) as clicks,
    round(sum(clicks.cost), 2) as cost,
    round(avg(clicks.cost), 4) as cost_per_click
from analytics.fct_clicks as clicks
inner join analytics.dim_ads as ads
    on clicks.ad_id = ads.ad_id
group by ads.campaign_id, ads.campaign_name, clicks.currency
order by clicks.currency, cost_per_click desc, ads.campaign_id
