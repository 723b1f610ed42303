-- Where every event ended, and why.
select
    event,
    state,
    coalesce(reason, '') as reason,
    count(*) as events,
    sum(attempts) as attempts
from analytics.fct_event_deliveries
group by event, state, reason
order by event, state, reason
