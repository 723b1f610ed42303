select
    pg_advisory_unlock(
        hashtextextended(
            'tiktok_ops.backfill_slice ' || %(backfill_id)s::text || ' ' || %(slice_number)s::text,
            0
        )
    )
