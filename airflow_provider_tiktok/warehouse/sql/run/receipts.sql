-- What TikTok answered to the calls of a run, and where their events stand now.
select
    outbox.event_source_id,
    outbox.event,
    batches.outcome,
    stands.state,
    coalesce(outbox.reason, '') as reason,
    count(*) as events,
    count(distinct batches.batch_id) as calls,
    min(batches.sent_at) as first_sent_at,
    max(batches.finished_at) as last_answered_at,
    max(batches.code) as code,
    max(batches.request_id) as request_id
from tiktok_ops.event_batches as batches
cross join unnest(batches.outbox_ids) as held (outbox_id)
inner join tiktok_ops.event_outbox as outbox
    on held.outbox_id = outbox.outbox_id
cross join
    lateral (
        select
            case
                when batches.outcome in ('ready', 'sent') then 'inflight' else outbox.state
            end as state
    ) as stands
where batches.run_id = %(run_id)s and outbox.connection_id = %(connection_id)s
group by
    outbox.event_source_id,
    outbox.event,
    batches.outcome,
    stands.state,
    outbox.reason
order by
    outbox.event_source_id asc,
    outbox.event asc,
    count(*) desc
