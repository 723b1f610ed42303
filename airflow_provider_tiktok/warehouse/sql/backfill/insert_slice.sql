insert into tiktok_ops.backfill_slices (
    backfill_id, slice_number, kind, subject, first_day, last_day, next_day
)
values (
    %(backfill_id)s,
    %(slice_number)s,
    %(kind)s,
    %(subject)s,
    %(first_day)s,
    %(last_day)s,
    %(last_day)s
)
