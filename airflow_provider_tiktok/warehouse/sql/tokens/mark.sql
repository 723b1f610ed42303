-- Only the version that failed: a token that was saved in the meantime stays as it is.
update tiktok_ops.oauth_tokens set
    status = %(status)s,
    ciphertext = case when %(status)s = 'revoked' then null else ciphertext end,
    key_id = case when %(status)s = 'revoked' then null else key_id end,
    last_error_code = %(code)s,
    updated_by = %(changed_by)s,
    updated_at = tiktok_ops.now()
where
    connection_id = %(connection_id)s
    and version = %(version)s
    and status <> %(status)s
    and status <> 'revoked'
