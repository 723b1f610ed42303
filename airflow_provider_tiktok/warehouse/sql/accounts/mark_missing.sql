with gone as (
    update {table} set missing_since = tiktok_ops.now()
    where
        {scope_column} = %(scope)s
        and missing_since is null
        and not {key} = any(%(seen)s::text[])
    returning {key} as entity_id, missing_since
)

insert into tiktok_raw.dimension_changes (
    entity_kind,
    entity_id,
    field,
    old_value,
    new_value,
    observed_at
)
select
    %(kind)s as entity_kind,
    entity_id,
    'presence' as field,
    'present' as old_value,
    'missing' as new_value,
    missing_since as observed_at
from gone
returning entity_id, field, old_value, new_value
