-- What each campaign earned for what it cost, over all days of the demo. One currency a row.
select
    advertiser_name,
    coalesce(campaign_name, case when is_attributed then campaign_id else 'no TikTok click' end)
        as campaign,
    currency,
    sum(spend) as spend,
    sum(clicks) as clicks,
    sum(conversions) as conversions,
    sum(gross_revenue) as gross,
    sum(refunded) as refunded,
    sum(net_revenue) as net,
    (sum(net_revenue) - sum(spend)) / nullif(sum(spend), 0) as roi,
    sum(net_revenue) / nullif(sum(spend), 0) as net_roas
from analytics.rpt_campaign_roi_daily
group by advertiser_name, campaign_id, campaign_name, currency, is_attributed
order by advertiser_name asc, is_attributed desc, spend desc, currency asc
