-- Which ads earned more than they cost before refunds, and less after, or lose money anyway?
select
    ad_name,
    currency,
    round(sum(spend), 2) as spend,
    round(sum(gross_revenue), 2) as gross,
    round(sum(refunded), 2) as refunded,
    round(sum(profit), 2) as profit,
    case
        when sum(gross_revenue) > sum(spend) then 'refunds ate the profit' else 'never earned it'
    end as why
from analytics.rpt_ad_roi_daily
where ad_id is not null
group by ad_id, ad_name, currency
having sum(profit) < 0
order by currency, profit, ad_id
limit 12
