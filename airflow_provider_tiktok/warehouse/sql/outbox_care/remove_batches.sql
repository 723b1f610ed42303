-- Remove calls that no receipt points to any more.
delete from tiktok_ops.event_batches as batches
where
    batches.finished_at < tiktok_ops.now() - %(receipt_age)s::interval
    and not exists (
        select 1
        from tiktok_ops.event_attempts as attempts
        where attempts.batch_id = batches.batch_id
    )
