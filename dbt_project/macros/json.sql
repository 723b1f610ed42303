{#- The members of a JSON object as text: "email: consent, ttp: empty". An empty object is ''. -#}
{% macro json_pairs(column) -%}
    {{ return(adapter.dispatch('json_pairs', 'tiktok')(column)) }}
{%- endmacro %}

{% macro default__json_pairs(column) -%}
    coalesce((
            select string_agg(members.key || ': ' || members.value, ', ' order by members.key)
            from jsonb_each_text({{ column }}) as members (key, value)
        ), '')
{%- endmacro %}
