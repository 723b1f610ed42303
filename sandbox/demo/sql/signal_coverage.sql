-- Share of the delivered events that carried each signal.
select
    signal,
    sum(events_with_signal) as events_with_signal,
    sum(events_withheld) as events_withheld,
    sum(events) as events,
    sum(events_with_signal)::numeric / nullif(sum(events), 0) as coverage
from analytics.rpt_signal_coverage_daily
group by signal
order by coverage desc, signal asc
