-- Take a slice that is not done; its lock is held.
update tiktok_ops.backfill_slices
set
    state = 'running',
    tries = tries + 1,
    run_id = %(run_id)s,
    started_at = coalesce(started_at, tiktok_ops.now()),
    message = null
where
    backfill_id = %(backfill_id)s
    and slice_number = %(slice_number)s
    and state <> 'done'
returning
    slice_number,
    kind,
    subject,
    first_day,
    last_day,
    next_day
