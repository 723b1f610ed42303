-- Let a pixel go on: neither paused nor blocked.
delete from tiktok_ops.delivery_controls
where event_source_id = %(event_source_id)s
