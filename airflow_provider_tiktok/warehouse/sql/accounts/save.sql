with moment as materialized (
    select tiktok_ops.now() as observed_at
),

incoming as (
    select distinct on ({key}) given.*
    from jsonb_populate_recordset(null::{table}, %(rows)s) as given
    order by {key}
),

existing as (
    select known.*
    from {table} as known
    inner join incoming using ({key})
),

saved as (
    insert into {table} as known ({columns}, raw, first_seen_at, last_seen_at)
    select
        {columns},
        raw,
        moment.observed_at as first_seen_at,
        moment.observed_at as last_seen_at
    from incoming
    cross join moment
    on conflict ({key}) do update
        set
            {assignments},
            raw = known.raw || excluded.raw,
            last_seen_at = excluded.last_seen_at,
            missing_since = null
        -- Two owners may bring one entity: the first keeps it for as long as it sees it.
        where
        known.{scope_column} = %(scope)s
        or known.missing_since is not null
        or known.last_seen_at < excluded.last_seen_at - interval '3 days'
    returning known.{key}
),

changes as (
    select
        existing.{key} as entity_id,
        compared.field,
        compared.old_value,
        compared.new_value
    from existing
    inner join incoming using ({key})
    inner join saved using ({key})
    cross join
        lateral (
            select
                logged.field,
                to_jsonb(existing) ->> logged.field as old_value,
                coalesce(
                    to_jsonb(incoming) ->> logged.field, to_jsonb(existing) ->> logged.field
                ) as new_value
            from unnest(%(logged)s::text[]) as logged (field)
            union all
            select
                'presence' as field,
                case when existing.missing_since is null then 'present' else 'missing' end
                    as old_value,
                'present' as new_value
        ) as compared
    where compared.old_value is distinct from compared.new_value
),

written as (
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
        changes.entity_id,
        changes.field,
        changes.old_value,
        changes.new_value,
        moment.observed_at
    from changes
    cross join moment
)

select
    counted.added,
    counted.held_elsewhere,
    changes.entity_id,
    changes.field,
    changes.old_value,
    changes.new_value
from (
    select
        (select count(*) from incoming) - (select count(*) from existing) as added,
        array(
            select {key} from incoming
            where {key} not in (select {key} from saved)
            order by {key}
        ) as held_elsewhere
) as counted
left join changes
    on true
order by changes.entity_id, changes.field
