-- Let the events go on at once where TikTok refused the token that has just been replaced.
update tiktok_ops.delivery_controls
set
    blocked_until = null,
    blocked_reason = null,
    blocked_code = null,
    blocked_message = null,
    blocked_request_id = null,
    blocked_at = null
where
    blocked_reason = 'reauthorise'
    and (
        event_source_id = any(%(pixel_codes)s)
        or event_source_id in (
            select pixels.pixel_code
            from tiktok_raw.pixels as pixels
            where pixels.connection_id = %(connection_id)s
        )
    )
