{#- A text without the blanks, tabs and line breaks around it. -#}
{% macro trimmed(text) -%}
    {{ return(adapter.dispatch('trimmed', 'tiktok')(text)) }}
{%- endmacro %}

{% macro postgres__trimmed(text) -%}
    btrim({{ text }}, e' \t\n\r\f')
{%- endmacro %}
