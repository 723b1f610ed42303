with gone as (
    update tiktok_raw.advertisers set missing_since = tiktok_ops.now()
    where
        connection_id = %(scope)s
        and missing_since is null
        and not advertiser_id = any(%(seen)s::text[])
    returning advertiser_id as entity_id, missing_since
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
    'advertiser' as entity_kind,
    entity_id,
    'presence' as field,
    'present' as old_value,
    'missing' as new_value,
    missing_since as observed_at
from gone
returning entity_id, field, old_value, new_value
