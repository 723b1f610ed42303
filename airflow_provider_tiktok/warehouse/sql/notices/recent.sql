select
    kind,
    entity_id,
    old_value,
    new_value,
    opened_at,
    closed_at is null as is_open
from tiktok_ops.account_notices
where
    connection_id = %(connection_id)s
    and (
        closed_at is null
        or opened_at > tiktok_ops.now() - interval '14 days'
    )
order by closed_at is not null, opened_at desc, notice_id desc
limit 50
