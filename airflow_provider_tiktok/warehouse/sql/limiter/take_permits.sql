select
    granted,
    wait_seconds
from tiktok_ops.take_permits(
    %(app_key)s,
    %(endpoint_group)s,
    %(wanted)s,
    %(per_second)s,
    %(per_minute)s,
    %(per_day)s,
    %(now)s
)
