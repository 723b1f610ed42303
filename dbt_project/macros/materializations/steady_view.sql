{#-
    A view that is replaced in place. dbt's own view is dropped with all that depends on it and made
    anew, so that during a run the export views would be missing for whoever reads them.

    Only a change of columns drops it, which PostgreSQL demands.
-#}
{% materialization steady_view, adapter='postgres' -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='view') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if existing is not none and not existing.is_view -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}

    {%- if existing is not none and existing.is_view and not tiktok.view_keeps_its_columns(existing, sql) -%}
        {#- dbt must hear of what goes with it: a model that is a view no longer would look for it. -#}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {%- if config.get('contract').enforced %}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif %}
        create or replace view {{ target_relation }} as ({{ sql }});
    {%- endcall -%}

    {%- do persist_docs(target_relation, model) -%}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=true) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{#-
    Whether PostgreSQL can replace a view in place: its columns stay, with their types, and new ones
    come after them.
-#}
{% macro view_keeps_its_columns(existing, sql) -%}
    {%- set there = tiktok.names_and_types(get_column_schema_from_query('select * from ' ~ existing)) -%}
    {%- set wanted = tiktok.names_and_types(get_column_schema_from_query(sql)) -%}
    {%- do return(wanted[:there | length] == there) -%}
{%- endmacro %}
