{#- A text without the blanks, tabs and line breaks around it. -#}
{% macro trimmed(text) -%}
    {{ return(adapter.dispatch('trimmed', 'tiktok')(text)) }}
{%- endmacro %}

{% macro postgres__trimmed(text) -%}
    btrim({{ text }}, e' \t\n\r\f')
{%- endmacro %}

{#- A text; NULL where there are only blanks, which would hide the same signal of another table. -#}
{% macro text_or_null(column) -%}
    {{ return(adapter.dispatch('text_or_null', 'tiktok')(column)) }}
{%- endmacro %}

{% macro postgres__text_or_null(column) -%}
    case when cast({{ column }} as text) ~ '[^[:space:]]' then cast({{ column }} as text) end
{%- endmacro %}

{#- An IP address as text; PostgreSQL writes a value of type inet with its network, 203.0.113.7/32. -#}
{% macro ip_or_null(column) -%}
    {{ text_or_null('split_part(cast(' ~ column ~ " as text), '/', 1)") }}
{%- endmacro %}
