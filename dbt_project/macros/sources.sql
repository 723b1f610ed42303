{#-
    A source table, or an empty one of the declared columns when var `missing_sources` names it
    ("crm.lead_events"): a shop without leads still gets every model.
-#}
{% macro source_or_empty(source_name, table_name) -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- if not tiktok.is_source_left_out(source_name, table_name) -%}
        {{ relation }}
    {%- elif execute -%}
        {%- set node = (graph.sources.values() | selectattr('package_name', 'equalto', 'tiktok')
            | selectattr('source_name', 'equalto', source_name)
            | selectattr('name', 'equalto', table_name) | first) -%}
        (
            select
            {%- for column in node.columns.values() %}
                cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
            {%- endfor %}
            where false
        ) as no_rows
    {%- endif -%}
{%- endmacro %}

{#- Whether nothing is to be read from a source table: you have none, or what needs it is not set. -#}
{% macro is_source_left_out(source_name, table_name) -%}
    {%- if source_name ~ '.' ~ table_name in var('missing_sources') -%}{%- do return(true) -%}{%- endif -%}
    {%- if not execute or model.resource_type == 'unit_test' -%}{%- do return(false) -%}{%- endif -%}
    {%- set node = (graph.sources.values() | selectattr('package_name', 'equalto', 'tiktok')
        | selectattr('source_name', 'equalto', source_name) | first) -%}
    {%- set needed_with = node.source_meta.get('needed_with') -%}
    {%- do return(needed_with is not none and not var(needed_with)) -%}
{%- endmacro %}

{#- Stop a run whose source tables cannot feed the models, and say which column and what to do. -#}
{% macro assert_source_contracts() -%}
    {%- if not execute or flags.WHICH not in ('run', 'build', 'test') -%}{%- do return('') -%}{%- endif -%}
    {%- set declared = [] -%}
    {%- for node in graph.sources.values() if node.package_name == 'tiktok' -%}
        {%- if not tiktok.is_source_left_out(node.source_name, node.name) -%}
            {%- do declared.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set found = tiktok.readable_columns(declared | map(attribute='schema') | unique | list) -%}
    {%- set problems = [] -%}
    {%- for node in declared -%}
        {%- do problems.extend(tiktok.source_problems(node, found)) -%}
    {%- endfor -%}
    {%- if problems -%}
        {%- do exceptions.raise_compiler_error(
            "The source tables do not fit the models:\n- " ~ problems | join("\n- ")
        ) -%}
    {%- endif -%}
{%- endmacro %}

{% macro source_problems(node, found) -%}
    {%- set table = node.schema ~ '.' ~ node.identifier -%}
    {%- set columns = found.get(table) -%}
    {%- set owner = node.source_meta.get('owner', 'you') -%}
    {%- set problems = [] -%}
    {%- if columns is none and owner == 'provider' -%}
        {%- do problems.append(table ~ " is missing or may not be read: run `airflow tiktok init`, and grant usage on schema "
            ~ node.schema ~ " and select on the table to " ~ target.user ~ ".") -%}
    {%- elif columns is none -%}
        {%- do problems.append(table ~ " is missing or may not be read: create it (or a view of that name), set var "
            ~ node.source_name ~ "_schema or " ~ node.name ~ "_table to where it is, or grant select on it to "
            ~ target.user ~ ". If you have no such data, add '" ~ node.source_name ~ "." ~ node.name
            ~ "' to var missing_sources.") -%}
    {%- else -%}
        {%- for column in node.columns.values() -%}
            {%- set kind = columns.get(column.name) -%}
            {%- set allowed = tiktok.kinds_for(column.data_type) -%}
            {%- if kind is none -%}
                {%- do problems.append(table ~ " has no column " ~ column.name ~ " (" ~ column.data_type
                    ~ "): " ~ ("run `airflow tiktok init`." if owner == 'provider'
                    else "add it to the table, or put a view in front that has it; NULL is fine unless it is a key.")) -%}
            {%- elif kind not in allowed -%}
                {%- do problems.append(table ~ "." ~ column.name ~ " is " ~ kind ~ ", not "
                    ~ column.data_type ~ ": " ~ ("upgrade the dbt project and the provider together."
                    if owner == 'provider' else "put a view in front that casts it.")) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do return(problems) -%}
{%- endmacro %}

{#-
    Column types that can be read as a declared type without guessing. A timestamp without a zone
    is no instant, and a float is no money.
-#}
{% macro kinds_for(data_type) -%}
    {%- set kinds = {
        'text': ['text', 'character varying', 'character', 'uuid', 'citext', 'integer', 'bigint', 'inet'],
        'numeric': ['numeric', 'integer', 'bigint', 'smallint'],
        'integer': ['integer', 'bigint', 'smallint', 'numeric'],
    } -%}
    {%- do return(kinds.get(data_type, [data_type])) -%}
{%- endmacro %}

{#- Table -> column -> type, of every table, view, materialized view and foreign table we may read. -#}
{% macro readable_columns(schemas) -%}
    {{ return(adapter.dispatch('readable_columns', 'tiktok')(schemas)) }}
{%- endmacro %}

{% macro postgres__readable_columns(schemas) -%}
    {%- set query -%}
        select
            namespaces.nspname || '.' || relations.relname as table_name,
            attributes.attname as column_name,
            format_type(attributes.atttypid, null) as column_type
        from pg_catalog.pg_class as relations
        inner join pg_catalog.pg_namespace as namespaces
            on relations.relnamespace = namespaces.oid
        inner join pg_catalog.pg_attribute as attributes
            on relations.oid = attributes.attrelid
        where
            namespaces.nspname in ({% for schema in schemas %}{{ dbt.string_literal(schema) }}{{ ', ' if not loop.last }}{% endfor %})
            and relations.relkind in ('r', 'p', 'v', 'm', 'f')
            and attributes.attnum > 0
            and not attributes.attisdropped
            and has_schema_privilege(namespaces.oid, 'usage')
            and has_table_privilege(relations.oid, 'select')
    {%- endset -%}
    {%- set found = {} -%}
    {%- for row in run_query(query) -%}
        {%- do found.setdefault(row['table_name'], {}).update({row['column_name']: row['column_type']}) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}

{#-
    Whether one of your tables has an index on a column of text, so that rows can be looked up in it
    one after the other. A view has none that we know of.
-#}
{% macro is_indexed(source_name, table_name, column) -%}
    {{ return(adapter.dispatch('is_indexed', 'tiktok')(source_name, table_name, column)) }}
{%- endmacro %}

{% macro postgres__is_indexed(source_name, table_name, column) -%}
    {%- set query -%}
        select count(*) > 0 as is_indexed
        from pg_catalog.pg_index as indexes
        inner join pg_catalog.pg_attribute as attributes
            on
                indexes.indrelid = attributes.attrelid
                and indexes.indkey[0] = attributes.attnum
        where
            indexes.indrelid
            = to_regclass('{{ graph.sources['source.tiktok.' ~ source_name ~ '.' ~ table_name].relation_name }}')
            and attributes.attname = '{{ column }}'
            and attributes.atttypid in (cast('text' as regtype), cast('varchar' as regtype))
            and indexes.indpred is null
            and indexes.indisvalid
    {%- endset -%}
    {{ return(run_query(query).rows[0]['is_indexed']) }}
{%- endmacro %}
