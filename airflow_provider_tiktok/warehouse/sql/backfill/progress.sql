-- The last backfills of a connection, or one of them.
select
    backfill_id,
    what,
    first_day,
    last_day,
    state,
    slices,
    slices_done,
    slices_failed,
    planned_at,
    finished_at,
    last_message
from tiktok_ops.backfill_progress
where
    connection_id = %(connection_id)s
    and (%(backfill_id)s::bigint is null or backfill_id = %(backfill_id)s)
order by backfill_id desc
limit %(most_rows)s
