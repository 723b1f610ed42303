{#-
    Count the values of a table that was just made, so that the models upon it, which the same run
    builds a moment later, are planned by what is in it. PostgreSQL would come to it in a minute.
-#}
{% macro count_values_of_new_table() -%}
    {%- if model.config.materialized in ('table', 'incremental') -%}
        {{ return(adapter.dispatch('count_values_of_new_table', 'tiktok')(this)) }}
    {%- endif -%}
{%- endmacro %}

{% macro postgres__count_values_of_new_table(relation) -%}
    do $$
    begin
        if not exists (
            select 1 from pg_stats
            where schemaname = '{{ relation.schema }}' and tablename = '{{ relation.identifier }}'
        ) then
            analyze {{ relation }};
        end if;
    end;
    $$
{%- endmacro %}
