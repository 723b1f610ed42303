{#- A key made of several columns: equal for equal values, NULL being a value of its own. -#}
{% macro key_of(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(cast(" ~ column ~ " as text), '~')") -%}
    {%- endfor -%}
    {{ dbt.hash(parts | join(" || '|' || ")) }}
{%- endmacro %}

{#-
    The event_id under which an event is sent. It must be what the browser pixel sends, because
    TikTok deduplicates by it.
-#}
{% macro tiktok_event_id(prefix, id) -%}
    '{{ prefix }}_' || {{ id }}
{%- endmacro %}
