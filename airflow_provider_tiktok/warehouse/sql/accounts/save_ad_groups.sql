with moment as materialized (
    select tiktok_ops.now() as observed_at
),

incoming as (
    select distinct on (adgroup_id)
        adgroup_id,
        campaign_id,
        adgroup_name,
        pixel_id,
        optimization_goal,
        optimization_event,
        click_attribution_window,
        view_attribution_window,
        operation_status,
        secondary_status,
        create_time,
        modify_time,
        raw
    from
        jsonb_to_recordset(%(rows)s)
            as given (
                adgroup_id text,
                campaign_id text,
                adgroup_name text,
                pixel_id text,
                optimization_goal text,
                optimization_event text,
                click_attribution_window text,
                view_attribution_window text,
                operation_status text,
                secondary_status text,
                create_time text,
                modify_time text,
                raw jsonb
            )
    order by adgroup_id
),

existing as (
    select ad_groups.*
    from tiktok_raw.ad_groups
    inner join incoming
        on ad_groups.adgroup_id = incoming.adgroup_id
),

saved as (
    insert into tiktok_raw.ad_groups as known (
        adgroup_id,
        advertiser_id,
        campaign_id,
        adgroup_name,
        pixel_id,
        optimization_goal,
        optimization_event,
        click_attribution_window,
        view_attribution_window,
        operation_status,
        secondary_status,
        create_time,
        modify_time,
        raw,
        first_seen_at,
        last_seen_at
    )
    select
        incoming.adgroup_id,
        %(scope)s as advertiser_id,
        incoming.campaign_id,
        incoming.adgroup_name,
        incoming.pixel_id,
        incoming.optimization_goal,
        incoming.optimization_event,
        incoming.click_attribution_window,
        incoming.view_attribution_window,
        incoming.operation_status,
        incoming.secondary_status,
        incoming.create_time,
        incoming.modify_time,
        incoming.raw,
        moment.observed_at as first_seen_at,
        moment.observed_at as last_seen_at
    from incoming
    cross join moment
    on conflict (adgroup_id) do update
        set
            advertiser_id = excluded.advertiser_id,
            campaign_id = coalesce(excluded.campaign_id, known.campaign_id),
            adgroup_name = coalesce(excluded.adgroup_name, known.adgroup_name),
            pixel_id = coalesce(excluded.pixel_id, known.pixel_id),
            optimization_goal = coalesce(excluded.optimization_goal, known.optimization_goal),
            optimization_event = coalesce(excluded.optimization_event, known.optimization_event),
            click_attribution_window
            = coalesce(excluded.click_attribution_window, known.click_attribution_window),
            view_attribution_window
            = coalesce(excluded.view_attribution_window, known.view_attribution_window),
            operation_status = coalesce(excluded.operation_status, known.operation_status),
            secondary_status = coalesce(excluded.secondary_status, known.secondary_status),
            create_time = coalesce(excluded.create_time, known.create_time),
            modify_time = coalesce(excluded.modify_time, known.modify_time),
            raw = known.raw || excluded.raw,
            last_seen_at = excluded.last_seen_at,
            missing_since = null
    returning known.adgroup_id
),

changes as (
    select
        existing.adgroup_id as entity_id,
        compared.field,
        compared.old_value,
        compared.new_value
    from existing
    inner join incoming
        on existing.adgroup_id = incoming.adgroup_id
    inner join saved
        on existing.adgroup_id = saved.adgroup_id
    cross join
        lateral (
            values
            (
                'campaign_id',
                existing.campaign_id,
                coalesce(incoming.campaign_id, existing.campaign_id)
            ),
            (
                'adgroup_name',
                existing.adgroup_name,
                coalesce(incoming.adgroup_name, existing.adgroup_name)
            ),
            ('pixel_id', existing.pixel_id, coalesce(incoming.pixel_id, existing.pixel_id)),
            (
                'optimization_goal',
                existing.optimization_goal,
                coalesce(incoming.optimization_goal, existing.optimization_goal)
            ),
            (
                'optimization_event',
                existing.optimization_event,
                coalesce(incoming.optimization_event, existing.optimization_event)
            ),
            (
                'click_attribution_window',
                existing.click_attribution_window,
                coalesce(incoming.click_attribution_window, existing.click_attribution_window)
            ),
            (
                'view_attribution_window',
                existing.view_attribution_window,
                coalesce(incoming.view_attribution_window, existing.view_attribution_window)
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
        'ad_group' as entity_kind,
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
            select incoming.adgroup_id from incoming
            where incoming.adgroup_id not in (select saved.adgroup_id from saved)
            order by incoming.adgroup_id
        ) as held_elsewhere
) as counted
left join changes
    on true
order by changes.entity_id, changes.field
