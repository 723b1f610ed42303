delete from tiktok_ops.backfill_counts
where backfill_id = %(backfill_id)s and phase = %(phase)s
