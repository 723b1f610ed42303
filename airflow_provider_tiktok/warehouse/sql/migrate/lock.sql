select pg_advisory_xact_lock(hashtextextended('tiktok_ops.schema_migrations', 0))
