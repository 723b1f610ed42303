update tiktok_ops.oauth_tokens set last_ok_at = tiktok_ops.now()
where
    connection_id = %(connection_id)s
    and version = %(version)s
    and (last_ok_at is null or last_ok_at < tiktok_ops.now() - interval '1 minute')
