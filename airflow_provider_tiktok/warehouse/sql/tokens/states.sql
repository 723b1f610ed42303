select
    connection_id,
    token_family,
    status,
    version,
    scope,
    key_id,
    expires_at,
    refresh_expires_at,
    last_error_code,
    updated_by,
    updated_at
from tiktok_ops.oauth_tokens
order by connection_id
