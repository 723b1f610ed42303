{#-
    Whether a hit of base_web__page_views is no click although it carries ids: a bot, a preview, your
    own office. To exclude more, write a macro `default__is_unwanted_hit` in your project and set
    `dispatch` for macro_namespace tiktok; it may use every column of web.page_views.
-#}
{% macro is_unwanted_hit() -%}
    {{ return(adapter.dispatch('is_unwanted_hit', 'tiktok')()) }}
{%- endmacro %}

{% macro default__is_unwanted_hit() -%}
    coalesce(user_agent ~* '{{ var("bot_user_agents") }}', false)
{%- endmacro %}

{#- Whether a value of utm_source is TikTok's, by var `click_utm_sources`; an empty list takes all. -#}
{% macro is_tiktok_source(utm_source) -%}
    {%- set names = var('click_utm_sources') -%}
    {%- if not names -%}
        true
    {%- else -%}
        lower({{ utm_source }}) in (
            {%- for name in names %}{{ dbt.string_literal(name | lower) }}{{ ', ' if not loop.last }}{% endfor -%}
        )
    {%- endif -%}
{%- endmacro %}
