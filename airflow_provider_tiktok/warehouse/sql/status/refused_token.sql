select blocked_code
from tiktok_ops.delivery_controls
where
    event_source_id = %(event_source_id)s
    and blocked_reason = 'reauthorise'
    and blocked_until > tiktok_ops.now()
