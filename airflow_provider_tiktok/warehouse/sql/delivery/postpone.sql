-- Let events wait for the next enqueue, which builds them anew. find_withdrawn.sql has locked them.
update tiktok_ops.event_outbox as outbox
set next_attempt_at = greatest(outbox.next_attempt_at, tiktok_ops.now() + interval '15 minutes')
where
    outbox.outbox_id = any(%(outbox_ids)s::bigint[])
    and outbox.next_attempt_at is not null
    and not tiktok_ops.is_leased(outbox)
