-- Held by the session, so that a process which dies lets the slice go.
select
    pg_try_advisory_lock(
        hashtextextended(
            'tiktok_ops.backfill_slice ' || %(backfill_id)s::text || ' ' || %(slice_number)s::text,
            0
        )
    )
