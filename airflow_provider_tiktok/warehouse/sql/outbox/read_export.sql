-- Rows of an export view that the outbox has not read yet, or has read with other content.
-- export_relation and export_columns stand for quoted names, see outbox_relation.py.
-- A column event_time of another type is an error only where a scope has bounds in time.
-- There is no watermark to miss a late commit by: every row is compared with the outbox.
-- The scope is applied last: two rows of one event that disagree are found whatever its bounds.
with exported as materialized (
    select
        row_to_json(export_row)::text as content,
        -- Longer names are none, and a key must fit into the index.
        left(export_row.event::text, 64) as event,
        export_row.event_id::text as event_id,
        left(coalesce(export_row.event_source_id::text, ''), 256) as event_source_id,
        (
            case
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
        ) as is_in_scope
    from (select export_columns from export_relation) as export_row
    where coalesce(export_row.connection_id::text, %(connection_id)s) = %(connection_id)s
),

keyed as (
    select
        exported.content,
        md5(exported.content) as content_hash,
        exported.event_source_id,
        exported.is_in_scope,
        coalesce(legacy.event_type, exported.event, '') as event_type,
        -- A row without a usable id is known by what it says.
        case
            when
                exported.event_id is null
                or btrim(exported.event_id) = ''
                or length(exported.event_id) > 256
                then 'row_' || md5(exported.content)
            else exported.event_id
        end as event_id
    from exported
    left join
        unnest(
            %(legacy_events)s::text[], %(event_types)s::text[]
        ) as legacy (event, event_type)
        on exported.event = legacy.event
),

counted as (
    select
        content,
        event_id,
        event_source_id,
        event_type,
        bool_or(is_in_scope) over event_key as is_in_scope,
        row_number() over (
            partition by event_id, event_source_id, event_type
            order by content_hash
        ) as copy,
        min(content_hash) over event_key as first_hash,
        max(content_hash) over event_key as last_hash
    from keyed
    window event_key as (partition by event_id, event_source_id, event_type)
),

single as (
    select
        content,
        event_id,
        event_source_id,
        event_type,
        is_in_scope,
        first_hash <> last_hash as is_conflicting,
        case when first_hash = last_hash then first_hash else md5(first_hash || last_hash) end
            as source_hash
    from counted
    where copy = 1
)

select
    single.content,
    single.event_id,
    single.event_type,
    single.source_hash,
    single.is_conflicting,
    outbox.outbox_id is not null as is_known
from single
left join tiktok_ops.event_outbox as outbox
    on
        single.event_id = outbox.event_id
        and single.event_source_id = outbox.event_source_id
        and single.event_type = outbox.event_type
where
    single.is_in_scope
    and (outbox.outbox_id is null or outbox.source_hash <> single.source_hash)
