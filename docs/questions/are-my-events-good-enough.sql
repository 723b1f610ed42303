-- How well will TikTok match each event of mine, and what should I mend first?
select
    event_source_id,
    event,
    events,
    grade,
    score,
    costly_rules
from analytics.rpt_model_grades
order by score, event_source_id, event
