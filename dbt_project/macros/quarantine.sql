{#- Rows of a staging model that have a problem, in the columns of rpt_quarantined_rows. -#}
{% macro rows_with_problem(source_table, relation, key, moment="cast(null as timestamptz)") -%}
    select
        '{{ source_table }}' as source_table,
        {{ key }} as row_key,
        problem,
        {{ moment }} as occurred_at
    from {{ relation }}
    where problem is not null
{%- endmacro %}
