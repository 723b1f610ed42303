-- Waiting events whose person has withdrawn consent since they were built, or asks for limited data
-- use since then; locked: a worker has them from before, or not at all.
-- export_relation stands for a quoted name, see outbox_relation.py.
-- Only rows without consent, or with limited use, can stop an event.
with stated as materialized (
    select said.*
    from (
        select
            export_row.event_id::text as event_id,
            coalesce(legacy.event_type, export_row.event::text) as event_type,
            coalesce(lower(btrim(export_row.consent_state::text, e' \t\r\n\f\v')), '') = 'granted'
                as is_granted,
            coalesce(lower(btrim(export_row.limited_data_use::text, e' \t\r\n\f\v')), '')
            not in ('', 'false', 'f', 'no', 'n', '0') as is_limited
        from export_relation as export_row
        left join
            unnest(
                %(legacy_events)s::text[], %(event_types)s::text[]
            ) as legacy (event, event_type)
            on export_row.event::text = legacy.event
        where export_row.event_source_id::text = %(event_source_id)s
    ) as said
    where not said.is_granted or said.is_limited
),

-- Whichever is less is looked up one by one: these rows, or what waits. As a join, the whole outbox
-- would be read.
way as materialized (
    select
        one_more.number = (
            select count(*)
            from (
                select
                from tiktok_ops.event_queue as queue
                where queue.event_source_id = %(event_source_id)s
                order by queue.next_attempt_at, queue.outbox_id
                limit one_more.number
            ) as waiting
        ) as is_by_key
    from (select count(*) + 1 as number from stated) as one_more
),

candidates as materialized (
    select by_key.outbox_id
    from stated
    cross join
        lateral (
            select one.outbox_id
            from tiktok_ops.event_outbox as one
            where
                one.event_id = stated.event_id -- noqa: references
                and one.event_source_id = %(event_source_id)s
                and one.event_type = stated.event_type -- noqa: references
                and one.state = 'pending'
            offset 0 -- noqa: ambiguous
        ) as by_key
    where (select way.is_by_key from way)
    union all
    select queue.outbox_id
    from tiktok_ops.event_queue as queue
    where
        queue.event_source_id = %(event_source_id)s
        and not (select way.is_by_key from way)
    union all
    select refund.outbox_id
    from tiktok_ops.event_outbox as refund
    where
        refund.event_source_id = %(event_source_id)s
        and refund.waits_for_purchase
        and not (select way.is_by_key from way)
),

pending as materialized (
    select
        outbox.outbox_id,
        outbox.event_id,
        outbox.event_type,
        outbox.consent_state,
        outbox.limited_data_use
    from candidates
    cross join
        lateral (
            select *
            from tiktok_ops.event_outbox as one
            where one.outbox_id = candidates.outbox_id and one.state = 'pending' -- noqa: references
            offset 0 -- noqa: ambiguous
        ) as outbox
),

differing as materialized (
    select
        pending.outbox_id,
        pending.consent_state = 'granted' and not stated.is_granted as is_withdrawn
    from pending
    inner join stated
        on
            pending.event_id = stated.event_id
            and pending.event_type = stated.event_type
    where
        (pending.consent_state = 'granted' and not stated.is_granted)
        or (stated.is_limited and not pending.limited_data_use)
)

select
    outbox.outbox_id,
    -- What TikTok may have is not built anew, so a wish for limited use stops it too.
    differing.is_withdrawn or tiktok_ops.may_be_at_tiktok(outbox) as is_withdrawn
from tiktok_ops.event_outbox as outbox
inner join differing
    on outbox.outbox_id = differing.outbox_id
where
    outbox.state = 'pending'
    -- By their numbers: the join alone would read the whole outbox.
    and outbox.outbox_id = any(array(select found.outbox_id from differing as found))
order by outbox.outbox_id
for update of outbox
