with moment as materialized (
    select tiktok_ops.now() as observed_at
),

incoming as (
    select distinct on (campaign_id)
        campaign_id,
        campaign_name,
        objective_type,
        operation_status,
        secondary_status,
        create_time,
        modify_time,
        raw
    from
        jsonb_to_recordset(%(rows)s)
            as given (
                campaign_id text,
                campaign_name text,
                objective_type text,
                operation_status text,
                secondary_status text,
                create_time text,
                modify_time text,
                raw jsonb
            )
    order by campaign_id
),

existing as (
    select campaigns.*
    from tiktok_raw.campaigns
    inner join incoming
        on campaigns.campaign_id = incoming.campaign_id
),

saved as (
    insert into tiktok_raw.campaigns as known (
        campaign_id,
        advertiser_id,
        campaign_name,
        objective_type,
        operation_status,
        secondary_status,
        create_time,
        modify_time,
        raw,
        first_seen_at,
        last_seen_at
    )
    select
        incoming.campaign_id,
        %(scope)s as advertiser_id,
        incoming.campaign_name,
        incoming.objective_type,
        incoming.operation_status,
        incoming.secondary_status,
        incoming.create_time,
        incoming.modify_time,
        incoming.raw,
        moment.observed_at as first_seen_at,
        moment.observed_at as last_seen_at
    from incoming
    cross join moment
    on conflict (campaign_id) do update
        set
            advertiser_id = excluded.advertiser_id,
            campaign_name = coalesce(excluded.campaign_name, known.campaign_name),
            objective_type = coalesce(excluded.objective_type, known.objective_type),
            operation_status = coalesce(excluded.operation_status, known.operation_status),
            secondary_status = coalesce(excluded.secondary_status, known.secondary_status),
            create_time = coalesce(excluded.create_time, known.create_time),
            modify_time = coalesce(excluded.modify_time, known.modify_time),
            raw = known.raw || excluded.raw,
            last_seen_at = excluded.last_seen_at,
            missing_since = null
    returning known.campaign_id
),

changes as (
    select
        existing.campaign_id as entity_id,
        compared.field,
        compared.old_value,
        compared.new_value
    from existing
    inner join incoming
        on existing.campaign_id = incoming.campaign_id
    inner join saved
        on existing.campaign_id = saved.campaign_id
    cross join
        lateral (
            values
            (
                'campaign_name',
                existing.campaign_name,
                coalesce(incoming.campaign_name, existing.campaign_name)
            ),
            (
                'objective_type',
                existing.objective_type,
                coalesce(incoming.objective_type, existing.objective_type)
            ),
            (
                'operation_status',
                existing.operation_status,
                coalesce(incoming.operation_status, existing.operation_status)
            ),
            (
                'secondary_status',
                existing.secondary_status,
                coalesce(incoming.secondary_status, existing.secondary_status)
            ),
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
        'campaign' as entity_kind,
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
            select incoming.campaign_id from incoming
            where incoming.campaign_id not in (select saved.campaign_id from saved)
            order by incoming.campaign_id
        ) as held_elsewhere
) as counted
left join changes
    on true
order by changes.entity_id, changes.field
