-- What had the clicks of a day earned when they were one day old? Empty while they are younger.
select
    account_date as click_date,
    currency,
    sum(clicks)::int as clicks,
    round(sum(cost), 2) as cost,
    round(sum(net_revenue_after_1_day), 2) as after_1_day,
    round(sum(net_revenue_after_7_days), 2) as after_7_days
from analytics.rpt_click_cohorts
where ad_id is not null
group by account_date, currency
order by currency, account_date
