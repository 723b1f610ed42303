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

{#- An ad and a day of its account as one key, which changes are noted by; an ad may be NULL. -#}
{% macro ad_day_of(advertiser_id, ad_id, account_hour) -%}
    concat_ws('|', coalesce({{ advertiser_id }}, '-'), coalesce({{ ad_id }}, '-'), left({{ account_hour }}, 10))
{%- endmacro %}

{#-
    A text in the order of its bytes, as the provider keeps its keys, so that an index on one finds the
    other: PostgreSQL uses none between two orders.
-#}
{% macro in_byte_order(column) -%}
    {{ return(adapter.dispatch('in_byte_order', 'tiktok')(column)) }}
{%- endmacro %}

{% macro postgres__in_byte_order(column) -%}
    {{ column }} collate "C"
{%- endmacro %}
