insert into tiktok_ops.oauth_tokens (
    connection_id,
    token_family,
    ciphertext,
    key_id,
    expires_at,
    refresh_expires_at,
    scope,
    version,
    updated_by,
    updated_at
)
values (
    %(connection_id)s,
    %(token_family)s,
    %(ciphertext)s,
    %(key_id)s,
    tiktok_ops.now() + make_interval(secs => %(expires_in)s),
    tiktok_ops.now() + make_interval(secs => %(refresh_expires_in)s),
    %(scope)s,
    %(version)s,
    %(changed_by)s,
    tiktok_ops.now()
)
on conflict (connection_id) do update
    set
        token_family = excluded.token_family,
        ciphertext = excluded.ciphertext,
        key_id = excluded.key_id,
        expires_at = excluded.expires_at,
        refresh_expires_at = excluded.refresh_expires_at,
        scope = excluded.scope,
        version = excluded.version,
        status = 'active',
        last_error_code = null,
        updated_by = excluded.updated_by,
        updated_at = excluded.updated_at
returning expires_at, refresh_expires_at
