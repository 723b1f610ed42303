update tiktok_ops.delivery_controls
set
    blocked_until = null,
    blocked_reason = null,
    blocked_code = null,
    blocked_message = null,
    blocked_request_id = null,
    blocked_at = null
where
    event_source_id = %(event_source_id)s
    and blocked_at is not null
