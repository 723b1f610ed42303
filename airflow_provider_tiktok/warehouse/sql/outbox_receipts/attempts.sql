-- Each attempt to send an event, with what TikTok answered.
select
    attempts.attempt,
    batches.sent_at,
    batches.finished_at,
    batches.outcome,
    batches.http_status,
    batches.code,
    batches.message,
    batches.request_id,
    batches.run_id,
    batches.events
from tiktok_ops.event_attempts as attempts
inner join tiktok_ops.event_batches as batches
    on attempts.batch_id = batches.batch_id
where attempts.outbox_id = %(outbox_id)s
order by attempts.attempt
