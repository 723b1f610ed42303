-- Whether a pixel was imported or an event of it was ever enqueued.
select
    exists (
        select 1
        from tiktok_raw.pixels as pixels
        where pixels.pixel_code = %(event_source_id)s
    )
    or exists (
        select 1
        from tiktok_ops.event_outbox as outbox
        where outbox.event_source_id = %(event_source_id)s
    ) as is_known
