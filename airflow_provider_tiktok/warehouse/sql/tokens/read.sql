select
    connection_id,
    token_family,
    ciphertext,
    key_id,
    expires_at,
    refresh_expires_at,
    scope,
    version,
    status,
    last_error_code,
    updated_at,
    expires_at <= tiktok_ops.now() + make_interval(secs => %(margin_seconds)s) as is_expiring
from tiktok_ops.oauth_tokens
where connection_id = %(connection_id)s
