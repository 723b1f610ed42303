select to_regclass('tiktok_ops.schema_migrations') is not null as is_there
