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

    {%- call statement('main') -%}
        {%- if config.get('contract').enforced %}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif %}
        do $steady_view_do$
        begin
            execute $steady_view$create or replace view {{ target_relation }} as ({{ sql }})$steady_view$;
        exception when invalid_table_definition then
            execute 'drop view {{ target_relation }} cascade';
            execute $steady_view$create view {{ target_relation }} as ({{ sql }})$steady_view$;
        end
        $steady_view_do$
    {%- endcall -%}

    {%- do persist_docs(target_relation, model) -%}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=true) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
