-- Keep a plan, unless the same request is open already.
insert into tiktok_ops.backfills (
    connection_id,
    request_hash,
    what,
    first_day,
    last_day,
    advertiser_ids,
    event_source_ids,
    event_source,
    pace,
    is_dry_run,
    planned_calls,
    planned_rows,
    planned_minutes,
    run_id,
    planned_at
)
select
    %(connection_id)s as connection_id,
    %(request_hash)s as request_hash,
    %(what)s::text[] as what,
    %(first_day)s as first_day,
    %(last_day)s as last_day,
    %(advertiser_ids)s::text[] as advertiser_ids,
    %(event_source_ids)s::text[] as event_source_ids,
    %(event_source)s as event_source,
    %(pace)s as pace,
    %(is_dry_run)s as is_dry_run,
    %(planned_calls)s as planned_calls,
    %(planned_rows)s as planned_rows,
    %(planned_minutes)s as planned_minutes,
    %(run_id)s as run_id,
    tiktok_ops.now() as planned_at
on conflict (connection_id, request_hash) where finished_at is null and not is_dry_run do nothing
returning backfill_id
