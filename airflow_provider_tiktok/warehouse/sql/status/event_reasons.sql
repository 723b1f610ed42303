select
    reason,
    count(*) as events,
    min(hint) as hint,
    min(event_id) as example
from tiktok_ops.event_outbox
where
    connection_id = %(connection_id)s
    and state in ('quarantined', 'suppressed', 'expired', 'expired_unknown')
group by reason
order by count(*) desc, reason
