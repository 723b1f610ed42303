-- The open backfill of the same request, now in the hands of this run.
update tiktok_ops.backfills
set run_id = %(run_id)s
where
    connection_id = %(connection_id)s
    and request_hash = %(request_hash)s
    and finished_at is null
    and not is_dry_run
returning backfill_id
