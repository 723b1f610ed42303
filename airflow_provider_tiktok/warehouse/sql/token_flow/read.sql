select
    connection_id,
    ciphertext,
    key_id,
    scope
from tiktok_ops.oauth_pending_grants
where
    grant_hash = %(grant_hash)s
    and user_id = %(user_id)s
    and received_at >= tiktok_ops.now() - make_interval(secs => %(life_seconds)s)
