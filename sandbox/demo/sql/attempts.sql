-- Every attempt to send an event, with TikTok's answer.
select
    attempt,
    outcome,
    code,
    message,
    request_id,
    to_char(sent_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as sent_at_utc
from analytics.fct_event_attempts
where outbox_id = %(outbox_id)s
order by attempt
