select
    (
        select count(*)
        from tiktok_raw.advertisers as advertisers
        where
            advertisers.connection_id = %(connection_id)s
            and advertisers.missing_since is null
    ) as advertisers,
    (
        select count(*)
        from tiktok_raw.pixels as pixels
        where
            pixels.connection_id = %(connection_id)s
            and pixels.missing_since is null
    ) as pixels,
    (
        select max(advertisers.last_seen_at)
        from tiktok_raw.advertisers as advertisers
        where advertisers.connection_id = %(connection_id)s
    ) as last_import_at,
    (
        select count(*)
        from tiktok_ops.event_outbox as outbox
        where
            outbox.connection_id = %(connection_id)s
            and outbox.state in ('pending', 'inflight')
    ) as events_waiting,
    tiktok_ops.now() as now
