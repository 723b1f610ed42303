-- Also locks a connection that has no row yet.
select pg_advisory_xact_lock(
    hashtextextended('tiktok_ops.oauth_tokens|' || %(connection_id)s::text, 0)
)
