insert into tiktok_ops.schema_migrations (name, checksum)
values (%(name)s, %(checksum)s)
