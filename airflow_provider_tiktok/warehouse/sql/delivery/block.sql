-- Stop calling for a pixel that TikTok refuses, until a person can have acted.
insert into tiktok_ops.delivery_controls as controls (
    event_source_id,
    blocked_until,
    blocked_reason,
    blocked_code,
    blocked_message,
    blocked_request_id,
    blocked_at
)
select
    %(event_source_id)s as event_source_id,
    clock.now + %(seconds)s::interval as blocked_until,
    %(reason)s as blocked_reason,
    %(code)s as blocked_code,
    %(message)s as blocked_message,
    %(request_id)s as blocked_request_id,
    clock.now as blocked_at
from (select tiktok_ops.now() as now) as clock
on conflict (event_source_id) do update
    set
        blocked_until = excluded.blocked_until,
        blocked_reason = excluded.blocked_reason,
        blocked_code = excluded.blocked_code,
        blocked_message = excluded.blocked_message,
        blocked_request_id = excluded.blocked_request_id,
        blocked_at = excluded.blocked_at
