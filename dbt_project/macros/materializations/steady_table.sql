{#-
    A table that is changed only where it differs from what its query says. It is never missing and
    never locked for readers, and the views upon it stay.

    `unique_key` names the columns of its key. Two rows of one key end the model with PostgreSQL's words
    for it, before anything is changed.

    `scope` says which rows the query is about when it computes only what may have changed (see macro
    build_scope): those whose `column` is in a table of changed keys (`of`, `key`), or those whose time
    in `column` is recent (`of: late_rows`). Rows of the scope that the query no longer has are deleted.
    Without a scope the query is about all rows; with `scope: none` no row is deleted for its absence.

    `feeds` lists what a changed row means for models further on: keys of a kind, by an expression on
    the row as it was and as it is. They go to the table of changes.
-#}
{% materialization steady_table, adapter='postgres' -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set key = config.require('unique_key') -%}
    {%- set key = [key] if key is string else key -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set is_kept = existing is not none and existing.is_table and not flags.FULL_REFRESH -%}
    {%- if is_kept -%}
        {%- set there = get_column_schema_from_query('select * from ' ~ existing) -%}
        {%- set columns = there | map(attribute='name') | list -%}
        {%- set is_kept = tiktok.names_and_types(there)
            == tiktok.names_and_types(get_column_schema_from_query(sql)) -%}
    {%- endif -%}

    {%- if is_kept -%}
        {%- set fresh = make_temp_relation(target_relation).include(database=false, schema=false) -%}
        {%- set changed = fresh.identifier ~ '_changed' -%}
        {%- call statement('compute') -%}
            {%- if config.get('contract').enforced %}
                {{ get_assert_columns_equivalent(sql) }}
            {%- endif %}
            create temporary table {{ fresh }} (like {{ target_relation }} including defaults) on commit drop;
            insert into {{ fresh }} ({{ columns | join(', ') }}) {{ sql }};
            create unique index on {{ fresh }} ({{ key | join(', ') }});
            analyze {{ fresh }};
            create temporary table {{ changed }} (like {{ target_relation }} including defaults) on commit drop;
        {%- endcall -%}
        {%- call statement('main') -%}
            with gone as (
                delete from {{ target_relation }} as old
                {{ tiktok.where_it_differs(fresh, key) }}
                returning old.*
            )
            insert into {{ changed }} select * from gone;
            {%- set in_scope = tiktok.is_in_scope() %}
            {%- if in_scope != 'false' %}
            with gone as (
                delete from {{ target_relation }} as old
                where
                    {{ in_scope }}
                    and not exists (
                        select 1 from {{ fresh }} as new
                        where {{ tiktok.keys_are_equal(key) }}
                    )
                returning old.*
            )
            insert into {{ changed }} select * from gone;
            {%- endif %}
            with come as (
                insert into {{ target_relation }}
                select new.* from {{ fresh }} as new
                where not exists (
                    select 1 from {{ target_relation }} as old
                    where {{ tiktok.keys_are_equal(key) }}
                )
                returning *
            )
            insert into {{ changed }} select * from come;
            {%- for feed in config.get('feeds', []) if tiktok.build_scope().is_partial %}
            insert into {{ tiktok.changes_table() }} (kind, key, invocation_id)
            select distinct '{{ feed.kind }}', {{ feed.key }}, '{{ invocation_id }}'
            from {{ changed }}
            where {{ feed.key }} is not null;
            {%- endfor %}
        {%- endcall -%}
    {%- else -%}
        {%- if tiktok.build_scope().is_partial -%}
            {%- do exceptions.raise_compiler_error(
                "The columns of " ~ this ~ " have changed: run `dbt build --full-refresh --select "
                ~ this.identifier ~ "+` once."
            ) -%}
        {%- endif -%}
        {%- if existing is not none -%}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
        {%- call statement('main') -%}
            {{ get_create_table_as_sql(False, target_relation, sql) }}
            create unique index on {{ target_relation }} ({{ key | join(', ') }});
            analyze {{ target_relation }};
        {%- endcall -%}
        {%- do create_indexes(target_relation) -%}
    {%- endif -%}

    {%- do persist_docs(target_relation, model) -%}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=true) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{#- Names and types of columns, as PostgreSQL tells them of any query. -#}
{% macro names_and_types(columns) -%}
    {%- set found = [] -%}
    {%- for column in columns -%}
        {%- do found.append(column.name ~ ' ' ~ column.dtype) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}

{#- Whether the query of this run is about a row of the table. -#}
{% macro is_in_scope() -%}
    {%- set scope = config.get('scope') -%}
    {%- if not scope or not tiktok.build_scope().is_partial -%}
        true
    {%- elif scope == 'none' -%}
        false
    {%- elif scope.of == 'late_rows' -%}
        old.{{ scope.column }} >= cast('{{ tiktok.build_scope().late_since }}' as timestamptz)
    {%- else -%}
        old.{{ scope.column }} in (select changed.{{ scope.key }} from {{ graph.nodes['model.tiktok.' ~ scope.of].relation_name }} as changed)
    {%- endif -%}
{%- endmacro %}

{#-
    Which rows of the table a query has otherwise. A partial run looks its few keys up in the table's
    index: as a join, PostgreSQL would read the whole table.
-#}
{% macro where_it_differs(fresh, key) -%}
    {%- set differs = tiktok.keys_are_equal(key) ~ ' and old.* is distinct from new.*' -%}
    {%- if tiktok.build_scope().is_partial -%}
        where old.ctid = any(array(
            select differing.place
            from {{ fresh }} as new
            cross join lateral (
                select old.ctid as place from {{ this }} as old
                where {{ differs }}
                offset 0
            ) as differing
        ))
    {%- else -%}
        using {{ fresh }} as new
        where {{ differs }}
    {%- endif -%}
{%- endmacro %}

{% macro keys_are_equal(key) -%}
    {% for column in key %}old.{{ column }} = new.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}
