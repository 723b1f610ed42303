delete from tiktok_ops.oauth_pending_grants
where
    grant_hash = %(grant_hash)s
    and user_id = %(user_id)s
