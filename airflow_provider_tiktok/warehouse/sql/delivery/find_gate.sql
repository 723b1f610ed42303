-- Why nothing of a pixel may leave now, if so.
select
    coalesce(controls.is_paused, false) or coalesce(not pixels.is_enabled, false) as is_paused,
    coalesce(controls.blocked_until > tiktok_ops.now(), false) as is_blocked,
    controls.blocked_message
from (select %(event_source_id)s::text as event_source_id) as asked
left join tiktok_ops.delivery_controls as controls
    on asked.event_source_id = controls.event_source_id
left join tiktok_raw.pixels as pixels
    on asked.event_source_id = pixels.pixel_code
