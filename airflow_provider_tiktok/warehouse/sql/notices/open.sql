insert into tiktok_ops.account_notices (
    connection_id,
    kind,
    entity_id,
    old_value,
    new_value,
    closed_at
)
values (
    %(connection_id)s,
    %(kind)s,
    %(entity_id)s,
    %(old_value)s,
    %(new_value)s,
    case when not %(stays_open)s then tiktok_ops.now() end
)
on conflict (connection_id, kind, entity_id) where closed_at is null do nothing
returning notice_id
