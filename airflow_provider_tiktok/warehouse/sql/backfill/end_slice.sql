update tiktok_ops.backfill_slices
set
    state = %(state)s,
    counts = counts || %(counts)s,
    message = %(message)s,
    finished_at = case when %(state)s = 'done' then tiktok_ops.now() end
where backfill_id = %(backfill_id)s and slice_number = %(slice_number)s
