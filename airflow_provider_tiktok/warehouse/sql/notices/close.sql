update tiktok_ops.account_notices set closed_at = tiktok_ops.now()
where
    connection_id = %(connection_id)s
    and kind = %(kind)s
    and entity_id = %(entity_id)s
    and closed_at is null
