insert into tiktok_ops.backfill_counts (
    backfill_id, phase, kind, subject, outcome, reason, quantity, counted_at
)
values (
    %(backfill_id)s,
    %(phase)s,
    %(kind)s,
    %(subject)s,
    %(outcome)s,
    %(reason)s,
    %(quantity)s,
    tiktok_ops.now()
)
