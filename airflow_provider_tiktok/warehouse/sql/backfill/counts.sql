select
    kind,
    subject,
    outcome,
    reason,
    quantity
from tiktok_ops.backfill_counts
where backfill_id = %(backfill_id)s and phase = %(phase)s
order by kind, subject, outcome, reason
