-- Events that TikTok accepted beside those it counted itself, per pixel, over the compared days.
select
    event_source_id,
    min(event_date) as first_date,
    max(event_date) as last_date,
    sum(receipts) as receipts,
    sum(counted_total) as counted,
    sum(missing) as missing,
    sum(foreign_events) as foreign_events
from analytics.rpt_event_reconciliation_daily
group by event_source_id
order by event_source_id
