select
    backfill_id,
    connection_id,
    what,
    first_day,
    last_day,
    advertiser_ids,
    event_source_ids,
    event_source,
    pace::float8 as pace,
    planned_at
from tiktok_ops.backfills
where backfill_id = %(backfill_id)s
