-- Commit that one more day is done.
update tiktok_ops.backfill_slices
set
    next_day = %(next_day)s,
    counts = %(counts)s
where backfill_id = %(backfill_id)s and slice_number = %(slice_number)s
