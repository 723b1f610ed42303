insert into tiktok_ops.oauth_states (state_hash, connection_id, user_id, redirect_uri)
values (%(state_hash)s, %(connection_id)s, %(user_id)s, %(redirect_uri)s)
