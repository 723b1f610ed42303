-- One authorisation at a time for one person and connection; what nobody came back for goes too.
with old_states as (
    delete from tiktok_ops.oauth_states
    where
        (connection_id = %(connection_id)s and user_id = %(user_id)s)
        or started_at < tiktok_ops.now() - make_interval(secs => %(life_seconds)s)
)

delete from tiktok_ops.oauth_pending_grants
where
    (connection_id = %(connection_id)s and user_id = %(user_id)s)
    or received_at < tiktok_ops.now() - make_interval(secs => %(life_seconds)s)
