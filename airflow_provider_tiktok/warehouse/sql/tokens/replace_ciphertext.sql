update tiktok_ops.oauth_tokens set
    ciphertext = %(ciphertext)s,
    key_id = %(key_id)s,
    updated_by = %(changed_by)s,
    updated_at = tiktok_ops.now()
where connection_id = %(connection_id)s
