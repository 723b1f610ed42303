{#-
    A table that is computed in full and then changed only where it differs. It is never missing and
    never locked for readers, and the views upon it stay.

    `unique_key` names the columns of its key. Two rows of one key end the model with PostgreSQL's words
    for it, before anything is changed. With --full-refresh, or other columns, it is made anew.
-#}
{% materialization steady_table, adapter='postgres' -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set key = config.require('unique_key') -%}
    {%- set key = [key] if key is string else key -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set is_kept = existing is not none and existing.is_table and not should_full_refresh() -%}
    {%- if is_kept -%}
        {%- set columns = adapter.get_columns_in_relation(existing) | map(attribute='name') | list -%}
        {%- set is_kept = columns == get_column_schema_from_query(sql) | map(attribute='name') | list -%}
    {%- endif -%}

    {%- if is_kept -%}
        {%- set fresh = make_temp_relation(target_relation).include(database=false, schema=false) -%}
        {%- call statement('compute') -%}
            {%- if config.get('contract').enforced %}
                {{ get_assert_columns_equivalent(sql) }}
            {%- endif %}
            create temporary table {{ fresh }} (like {{ target_relation }} including defaults) on commit drop;
            insert into {{ fresh }} ({{ columns | join(', ') }}) {{ sql }};
            create unique index on {{ fresh }} ({{ key | join(', ') }});
            analyze {{ fresh }};
        {%- endcall -%}
        {%- call statement('main') -%}
            delete from {{ target_relation }} as old
            where not exists (
                select 1 from {{ fresh }} as new
                where {{ tiktok.rows_are_equal(key) }}
            );
            insert into {{ target_relation }}
            select new.* from {{ fresh }} as new
            where not exists (
                select 1 from {{ target_relation }} as old
                where {{ tiktok.rows_are_equal(key) }}
            );
        {%- endcall -%}
    {%- else -%}
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

{% macro rows_are_equal(key) -%}
    {% for column in key %}old.{{ column }} = new.{{ column }} and {% endfor -%}
    old.* is not distinct from new.*
{%- endmacro %}
