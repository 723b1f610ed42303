{#- The warehouse's only "now": the tests and the demo move it, see tiktok_ops.now(). -#}
{% macro tiktok_now() -%}
    (select {{ var('tiktok_ops_schema') }}.now())
{%- endmacro %}

{#- Whether a row's time has not come yet; an hour is left for clocks that run ahead. -#}
{% macro is_future(moment) -%}
    {{ moment }} > {{ tiktok_now() }} + interval '1 hour'
{%- endmacro %}
