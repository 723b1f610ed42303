with moment as materialized (
    select tiktok_ops.now() as observed_at
),

incoming as (
    select distinct on (pixel_code)
        pixel_code,
        pixel_id,
        pixel_name,
        raw
    from
        jsonb_to_recordset(%(rows)s)
            as given (
                pixel_code text,
                pixel_id text,
                pixel_name text,
                raw jsonb
            )
    order by pixel_code
),

existing as (
    select pixels.*
    from tiktok_raw.pixels
    inner join incoming
        on pixels.pixel_code = incoming.pixel_code
),

saved as (
    insert into tiktok_raw.pixels as known (
        pixel_code,
        advertiser_id,
        connection_id,
        pixel_id,
        pixel_name,
        raw,
        first_seen_at,
        last_seen_at
    )
    select
        incoming.pixel_code,
        advertisers.advertiser_id,
        advertisers.connection_id,
        incoming.pixel_id,
        incoming.pixel_name,
        incoming.raw,
        moment.observed_at as first_seen_at,
        moment.observed_at as last_seen_at
    from incoming
    cross join moment
    inner join tiktok_raw.advertisers
        on advertisers.advertiser_id = %(scope)s
    on conflict (pixel_code) do update
        set
            advertiser_id = excluded.advertiser_id,
            connection_id = excluded.connection_id,
            pixel_id = coalesce(excluded.pixel_id, known.pixel_id),
            pixel_name = coalesce(excluded.pixel_name, known.pixel_name),
            raw = known.raw || excluded.raw,
            last_seen_at = excluded.last_seen_at,
            missing_since = null
        -- Two accounts may share one pixel: the first keeps it for as long as it sees it.
        where
        known.advertiser_id = excluded.advertiser_id
        or known.missing_since is not null
        or known.last_seen_at < excluded.last_seen_at - interval '3 days'
    returning known.pixel_code
),

changes as (
    select
        existing.pixel_code as entity_id,
        compared.field,
        compared.old_value,
        compared.new_value
    from existing
    inner join incoming
        on existing.pixel_code = incoming.pixel_code
    inner join saved
        on existing.pixel_code = saved.pixel_code
    cross join
        lateral (
            values
            ('pixel_id', existing.pixel_id, coalesce(incoming.pixel_id, existing.pixel_id)),
            ('pixel_name', existing.pixel_name, coalesce(incoming.pixel_name, existing.pixel_name)),
            (
                'presence',
                case when existing.missing_since is null then 'present' else 'missing' end,
                'present'
            )
        ) as compared (field, old_value, new_value)
    where compared.old_value is distinct from compared.new_value
),

logged as (
    insert into tiktok_raw.dimension_changes (
        entity_kind,
        entity_id,
        field,
        old_value,
        new_value,
        observed_at
    )
    select
        'pixel' as entity_kind,
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
            select incoming.pixel_code from incoming
            where incoming.pixel_code not in (select saved.pixel_code from saved)
            order by incoming.pixel_code
        ) as held_elsewhere
) as counted
left join changes
    on true
order by changes.entity_id, changes.field
