-- Stop events whose person has withdrawn consent. find_withdrawn.sql has locked them.
update tiktok_ops.event_outbox as outbox
set
    state = 'suppressed',
    reason = 'consent_withdrawn',
    hint = %(hint)s,
    waits_for_purchase = false,
    next_attempt_at = null,
    settled_at = tiktok_ops.now()
where
    outbox.outbox_id = any(%(outbox_ids)s::bigint[])
    and not tiktok_ops.is_leased(outbox)
