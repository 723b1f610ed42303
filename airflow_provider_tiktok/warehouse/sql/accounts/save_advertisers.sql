with moment as materialized (
    select tiktok_ops.now() as observed_at
),

incoming as (
    select distinct on (advertiser_id)
        advertiser_id,
        advertiser_name,
        display_timezone,
        timezone,
        currency,
        country,
        status,
        role,
        raw
    from
        jsonb_to_recordset(%(rows)s)
            as given (
                advertiser_id text,
                advertiser_name text,
                display_timezone text,
                timezone text,
                currency text,
                country text,
                status text,
                role text,
                raw jsonb
            )
    order by advertiser_id
),

existing as (
    select advertisers.*
    from tiktok_raw.advertisers
    inner join incoming
        on advertisers.advertiser_id = incoming.advertiser_id
),

saved as (
    insert into tiktok_raw.advertisers as known (
        advertiser_id,
        connection_id,
        advertiser_name,
        display_timezone,
        timezone,
        currency,
        country,
        status,
        role,
        raw,
        first_seen_at,
        last_seen_at
    )
    select
        incoming.advertiser_id,
        %(scope)s as connection_id,
        incoming.advertiser_name,
        incoming.display_timezone,
        incoming.timezone,
        incoming.currency,
        incoming.country,
        incoming.status,
        incoming.role,
        incoming.raw,
        moment.observed_at as first_seen_at,
        moment.observed_at as last_seen_at
    from incoming
    cross join moment
    on conflict (advertiser_id) do update
        set
            connection_id = excluded.connection_id,
            advertiser_name = coalesce(excluded.advertiser_name, known.advertiser_name),
            display_timezone = coalesce(excluded.display_timezone, known.display_timezone),
            timezone = coalesce(excluded.timezone, known.timezone),
            currency = coalesce(excluded.currency, known.currency),
            country = coalesce(excluded.country, known.country),
            status = coalesce(excluded.status, known.status),
            role = coalesce(excluded.role, known.role),
            raw = known.raw || excluded.raw,
            last_seen_at = excluded.last_seen_at,
            missing_since = null
        -- Two grants may hold one account: the first keeps it for as long as it sees it.
        where
        known.connection_id = excluded.connection_id
        or known.missing_since is not null
        or known.last_seen_at < excluded.last_seen_at - interval '3 days'
    returning known.advertiser_id
),

changes as (
    select
        existing.advertiser_id as entity_id,
        compared.field,
        compared.old_value,
        compared.new_value
    from existing
    inner join incoming
        on existing.advertiser_id = incoming.advertiser_id
    inner join saved
        on existing.advertiser_id = saved.advertiser_id
    cross join
        lateral (
            values
            (
                'advertiser_name',
                existing.advertiser_name,
                coalesce(incoming.advertiser_name, existing.advertiser_name)
            ),
            (
                'display_timezone',
                existing.display_timezone,
                coalesce(incoming.display_timezone, existing.display_timezone)
            ),
            ('timezone', existing.timezone, coalesce(incoming.timezone, existing.timezone)),
            ('currency', existing.currency, coalesce(incoming.currency, existing.currency)),
            ('country', existing.country, coalesce(incoming.country, existing.country)),
            ('status', existing.status, coalesce(incoming.status, existing.status)),
            ('role', existing.role, coalesce(incoming.role, existing.role)),
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
        'advertiser' as entity_kind,
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
            select incoming.advertiser_id from incoming
            where incoming.advertiser_id not in (select saved.advertiser_id from saved)
            order by incoming.advertiser_id
        ) as held_elsewhere
) as counted
left join changes
    on true
order by changes.entity_id, changes.field
