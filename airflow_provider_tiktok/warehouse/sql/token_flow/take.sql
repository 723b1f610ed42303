-- Spends the state: of two callbacks that bring it at once, one finds it.
delete from tiktok_ops.oauth_states
where
    state_hash = %(state_hash)s
    and user_id = %(user_id)s
returning
    connection_id,
    redirect_uri,
    started_at >= tiktok_ops.now() - make_interval(secs => %(life_seconds)s) as is_alive
