-- Where do spend and clicks not meet, why, and what is it worth?
select
    kind,
    reason,
    currency,
    count(*) as ads_and_days,
    round(sum(spend), 2) as spend,
    sum(clicks)::int as clicks
from analytics.rpt_join_doctor
group by kind, reason, currency
order by spend desc, clicks desc, kind, reason, currency
limit 12
