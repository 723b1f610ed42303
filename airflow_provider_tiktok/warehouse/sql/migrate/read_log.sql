select
    name,
    checksum
from tiktok_ops.schema_migrations
order by name
