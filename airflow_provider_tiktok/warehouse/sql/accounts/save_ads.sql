with moment as materialized (
    select tiktok_ops.now() as observed_at
),

incoming as (
    select distinct on (ad_id)
        ad_id,
        adgroup_id,
        campaign_id,
        ad_name,
        landing_page_url,
        operation_status,
        secondary_status,
        create_time,
        modify_time,
        raw
    from
        jsonb_to_recordset(%(rows)s)
            as given (
                ad_id text,
                adgroup_id text,
                campaign_id text,
                ad_name text,
                landing_page_url text,
                operation_status text,
                secondary_status text,
                create_time text,
                modify_time text,
                raw jsonb
            )
    order by ad_id
),

existing as (
    select ads.*
    from tiktok_raw.ads
    inner join incoming
        on ads.ad_id = incoming.ad_id
),

saved as (
    insert into tiktok_raw.ads as known (
        ad_id,
        advertiser_id,
        adgroup_id,
        campaign_id,
        ad_name,
        landing_page_url,
        operation_status,
        secondary_status,
        create_time,
        modify_time,
        raw,
        first_seen_at,
        last_seen_at
    )
    select
        incoming.ad_id,
        %(scope)s as advertiser_id,
        incoming.adgroup_id,
        incoming.campaign_id,
        incoming.ad_name,
        incoming.landing_page_url,
        incoming.operation_status,
        incoming.secondary_status,
        incoming.create_time,
        incoming.modify_time,
        incoming.raw,
        moment.observed_at as first_seen_at,
        moment.observed_at as last_seen_at
    from incoming
    cross join moment
    on conflict (ad_id) do update
        set
            advertiser_id = excluded.advertiser_id,
            adgroup_id = coalesce(excluded.adgroup_id, known.adgroup_id),
            campaign_id = coalesce(excluded.campaign_id, known.campaign_id),
            ad_name = coalesce(excluded.ad_name, known.ad_name),
            landing_page_url = coalesce(excluded.landing_page_url, known.landing_page_url),
            operation_status = coalesce(excluded.operation_status, known.operation_status),
            secondary_status = coalesce(excluded.secondary_status, known.secondary_status),
            create_time = coalesce(excluded.create_time, known.create_time),
            modify_time = coalesce(excluded.modify_time, known.modify_time),
            raw = known.raw || excluded.raw,
            last_seen_at = excluded.last_seen_at,
            missing_since = null
    returning known.ad_id
),

changes as (
    select
        existing.ad_id as entity_id,
        compared.field,
        compared.old_value,
        compared.new_value
    from existing
    inner join incoming
        on existing.ad_id = incoming.ad_id
    inner join saved
        on existing.ad_id = saved.ad_id
    cross join
        lateral (
            values
            ('adgroup_id', existing.adgroup_id, coalesce(incoming.adgroup_id, existing.adgroup_id)),
            (
                'campaign_id',
                existing.campaign_id,
                coalesce(incoming.campaign_id, existing.campaign_id)
            ),
            ('ad_name', existing.ad_name, coalesce(incoming.ad_name, existing.ad_name)),
            (
                'landing_page_url',
                existing.landing_page_url,
                coalesce(incoming.landing_page_url, existing.landing_page_url)
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
        'ad' as entity_kind,
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
            select incoming.ad_id from incoming
            where incoming.ad_id not in (select saved.ad_id from saved)
            order by incoming.ad_id
        ) as held_elsewhere
) as counted
left join changes
    on true
order by changes.entity_id, changes.field
