-- The ad and hour that TikTok restated most often, snapshot by snapshot.
with most_restated as (
    select spend_hour_id
    from analytics.fct_spend_deltas
    group by spend_hour_id
    order by
        count(*) filter (where spend_delta < 0) > 0 desc,
        count(*) filter (where spend_delta <> 0) desc,
        count(*) asc,
        spend_hour_id
    limit 1
)

select
    deltas.account_hour,
    deltas.ad_id,
    deltas.currency,
    deltas.seq,
    to_char(deltas.observed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as observed_at_utc,
    deltas.spend_delta,
    sum(deltas.spend_delta) over (order by deltas.seq) as spend
from analytics.fct_spend_deltas as deltas
inner join most_restated
    on deltas.spend_hour_id = most_restated.spend_hour_id
order by deltas.seq
