insert into tiktok_ops.oauth_pending_grants (
    grant_hash,
    connection_id,
    user_id,
    ciphertext,
    key_id,
    scope
)
values (
    %(grant_hash)s,
    %(connection_id)s,
    %(user_id)s,
    %(ciphertext)s,
    %(key_id)s,
    %(scope)s
)
