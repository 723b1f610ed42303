-- Give events back to the next enqueue, which builds them anew because their source_hash is gone.
-- find_withdrawn.sql has locked them. A refund is not released before.
update tiktok_ops.event_outbox as outbox
set
    source_hash = '',
    next_attempt_at = case
        when outbox.next_attempt_at is not null
            then greatest(outbox.next_attempt_at, tiktok_ops.now() + interval '15 minutes')
    end
where
    outbox.outbox_id = any(%(outbox_ids)s::bigint[])
    and not tiktok_ops.is_leased(outbox)
