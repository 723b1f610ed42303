insert into tiktok_ops.delivery_controls as controls (
    event_source_id, is_paused, paused_by, paused_at
)
select
    %(event_source_id)s as event_source_id,
    true as is_paused,
    %(paused_by)s as paused_by,
    tiktok_ops.now() as paused_at
on conflict (event_source_id) do update
    set
        is_paused = true,
        paused_by = excluded.paused_by,
        paused_at = excluded.paused_at
