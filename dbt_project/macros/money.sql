{#-
    The part of an amount that falls to one of `count` receivers, exact to 6 decimals.

    The parts add up to the amount: what equal parts leave over goes, a millionth each, to the first
    receivers (largest remainder). `position` counts from 1. Works for negative amounts too.
-#}
{% macro share_exactly(amount, count, position) -%}
    {{ return(adapter.dispatch('share_exactly', 'tiktok')(amount, count, position)) }}
{%- endmacro %}

{% macro postgres__share_exactly(amount, count, position) -%}
    {%- set millionths = "(cast(" ~ amount ~ " as numeric) * 1000000)" -%}
    {%- set whole = "div(" ~ millionths ~ ", " ~ count ~ ")" -%}
    {%- set left_over = millionths ~ " - " ~ count ~ " * " ~ whole -%}
    cast(
        (
            {{ whole }}
            + case when {{ position }} <= abs({{ left_over }}) then sign({{ left_over }}) else 0 end
        ) / 1000000 as numeric(38, 6)
    )
{%- endmacro %}

{#- A ratio of two sums or counts, with its fraction; NULL where it has no meaning. -#}
{% macro safe_ratio(numerator, denominator) -%}
    cast(cast({{ numerator }} as numeric) / nullif({{ denominator }}, 0) as numeric(38, 6))
{%- endmacro %}

{#- A number of a source as money: 6 decimals; NULL for what is no finite number. -#}
{% macro as_money(column) -%}
    case when abs({{ column }}) < 1e30 then cast({{ column }} as numeric(38, 6)) end
{%- endmacro %}

{#- A number of a source as a count; NULL for a fraction and for what is no finite number. -#}
{% macro as_count(column) -%}
    case
            when {{ column }} between -2147483648 and 2147483647 and {{ column }} = trunc({{ column }})
                then cast({{ column }} as integer)
        end
{%- endmacro %}

{#- A metric minus what it was in the snapshot before; a metric that is not there counts as 0. -#}
{% macro delta_of(metric) -%}
    cast(coalesce({{ metric }}, 0) - coalesce(previous_{{ metric }}, 0) as numeric(38, 6))
{%- endmacro %}
