create schema if not exists tiktok_ops;

create table if not exists tiktok_ops.schema_migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
);
