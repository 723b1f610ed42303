select user_id
from tiktok_ops.oauth_states
where state_hash = %(state_hash)s
