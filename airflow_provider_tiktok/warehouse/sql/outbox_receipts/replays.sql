select
    requested_at,
    requested_by,
    from_state,
    from_reason,
    is_past_horizon
from tiktok_ops.event_replays
where outbox_id = %(outbox_id)s
order by replay
