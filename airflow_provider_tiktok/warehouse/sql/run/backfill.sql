-- The backfill that a run planned or went on with last.
select backfill_id
from tiktok_ops.backfills
where connection_id = %(connection_id)s and run_id = %(run_id)s
order by backfill_id desc
limit 1
