-- Pixels that TikTok refused and has not taken events of since.
select
    controls.event_source_id,
    controls.blocked_reason,
    controls.blocked_message,
    controls.blocked_request_id,
    controls.blocked_at
from tiktok_ops.delivery_controls as controls
where controls.blocked_at is not null
order by controls.event_source_id
