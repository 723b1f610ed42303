-- Close a backfill whose slices are all done.
update tiktok_ops.backfills as backfills
set finished_at = tiktok_ops.now()
where
    backfills.backfill_id = %(backfill_id)s
    and backfills.finished_at is null
    and not exists (
        select 1
        from tiktok_ops.backfill_slices as slices
        where slices.backfill_id = backfills.backfill_id and slices.state <> 'done'
    )
