{#- Which of a person's clicks in the window share a conversion, by var `attribution_model`. -#}
{% macro is_credited_click() -%}
    {%- set rules = {
        'last_click': 'number_from_last = 1',
        'first_click': 'number_from_first = 1',
        'linear': 'true',
    } -%}
    {%- set model = var('attribution_model') -%}
    {%- if model not in rules -%}
        {%- do exceptions.raise_compiler_error(
            "var attribution_model is '" ~ model ~ "': set it to " ~ rules.keys() | join(', ') ~ "."
        ) -%}
    {%- endif -%}
    {{ rules[model] }}
{%- endmacro %}

{#-
    Whether a conversion came later after its click than TikTok's click attribution window of the ad
    group reaches, so that TikTok does not count it; the window's default is seven days.
-#}
{% macro is_outside_tiktok_window(converted_at, clicked_at, window) -%}
    {{ converted_at }} - {{ clicked_at }}
        > interval '1 day' * case {{ window }}
            when 'OFF' then 0
            when 'ONE_DAY' then 1
            when 'FOURTEEN_DAYS' then 14
            when 'TWENTY_EIGHT_DAYS' then 28
            else 7
        end
{%- endmacro %}

{#- Whether a click of the hour that starts at an instant may still earn conversions. -#}
{% macro is_window_open(hour_starts_at) -%}
    {{ hour_starts_at }} + interval '1 day' * {{ var('attribution_window_days') }} > {{ tiktok_now() }}
{%- endmacro %}

{#- Whether a page view is one of a conversion's visitor before it, within the attribution window. -#}
{% macro is_page_of_conversion() -%}
    page_views.visitor_id = conversions.visitor_id
    and page_views.occurred_at <= conversions.converted_at
    and page_views.occurred_at
    >= conversions.converted_at - interval '1 day' * {{ var('attribution_window_days') }}
{%- endmacro %}
