{#- The warehouse's only "now": the tests and the demo move it, see tiktok_ops.now(). -#}
{% macro tiktok_now() -%}
    (select {{ var('tiktok_ops_schema') }}.now())
{%- endmacro %}
