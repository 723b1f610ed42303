-- Deltas of every ad and hour against its latest spend.
with summed as (
    select
        spend_hour_id,
        sum(spend_delta) as spend
    from analytics.fct_spend_deltas
    group by spend_hour_id
)

select
    count(*) as ad_hours,
    (select count(*) from analytics.fct_spend_deltas) as snapshots,
    (
        select count(*) from analytics.fct_spend_deltas
        where is_restatement
    ) as restatements,
    count(*) filter (where summed.spend is distinct from hourly.spend) as differences
from analytics.fct_spend_hourly as hourly
full outer join summed
    on hourly.spend_hour_id = summed.spend_hour_id
