with gone as (
    update tiktok_raw.campaigns set missing_since = tiktok_ops.now()
    where
        advertiser_id = %(scope)s
        and missing_since is null
        and not campaign_id = any(%(seen)s::text[])
    returning campaign_id as entity_id, missing_since
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
    'campaign' as entity_kind,
    entity_id,
    'presence' as field,
    'present' as old_value,
    'missing' as new_value,
    missing_since as observed_at
from gone
returning entity_id, field, old_value, new_value
