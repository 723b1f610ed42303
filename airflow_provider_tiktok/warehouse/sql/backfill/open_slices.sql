select
    slice_number,
    kind
from tiktok_ops.backfill_slices
where backfill_id = %(backfill_id)s and state <> 'done'
order by slice_number
