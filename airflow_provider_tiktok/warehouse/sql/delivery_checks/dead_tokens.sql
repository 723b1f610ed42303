-- Connections whose token TikTok refuses until somebody authorises again.
select
    tokens.connection_id,
    tokens.last_error_code,
    tokens.updated_at
from tiktok_ops.oauth_tokens as tokens
where tokens.status = 'needs_reauth'
order by tokens.connection_id
