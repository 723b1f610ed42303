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

{#- Second and later rows of one key among those without a problem; the models take the first. -#}
{% macro rows_that_repeat(source_table, relation, key, order_by, moment="cast(null as timestamptz)") -%}
    select
        '{{ source_table }}' as source_table,
        {{ key }} as row_key,
        '{{ key }} is there already' as problem,
        moment as occurred_at
    from (
        select
            {{ key }},
            {{ moment }} as moment,
            row_number() over (partition by {{ key }} order by {{ order_by }}) as copy
        from {{ relation }}
        where problem is null
    ) as copies
    where copy > 1
{%- endmacro %}
