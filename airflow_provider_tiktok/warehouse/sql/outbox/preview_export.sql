-- The newest rows of an export view under their keys; nothing is written.
-- export_relation and export_columns stand for quoted names, see outbox_relation.py.
-- A column event_time of another type is an error only where a scope has bounds in time.
select
    row_to_json(export_row)::text as content,
    coalesce(export_row.event_id::text, '') as event_id,
    coalesce(legacy.event_type, export_row.event::text, '') as event_type,
    '' as source_hash,
    false as is_conflicting,
    false as is_known
from (select export_columns from export_relation) as export_row
left join
    unnest(
        %(legacy_events)s::text[], %(event_types)s::text[]
    ) as legacy (event, event_type)
    on export_row.event::text = legacy.event
where
    coalesce(export_row.connection_id::text, %(connection_id)s) = %(connection_id)s
    and (%(event_ids)s::text[] is null or export_row.event_id::text = any(%(event_ids)s::text[]))
    and case
        when %(since)s::timestamptz is not null
            then export_row.event_time::text::timestamptz >= %(since)s
        else true
    end
    and case
        when %(until)s::timestamptz is not null
            then export_row.event_time::text::timestamptz < %(until)s
        else true
    end
    and (
        %(event_source_ids)s::text[] is null
        or export_row.event_source_id::text = any(%(event_source_ids)s::text[])
    )
    and (%(event_source)s::text is null or export_row.event_source::text = %(event_source)s)
order by export_row.event_time desc
limit %(most_rows)s
