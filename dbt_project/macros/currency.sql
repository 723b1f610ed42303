{#-
    Amounts in the one currency of the company, var `tiktok_reporting_currency`. Without it every
    account reports in its own, so that no column is empty and sums by currency stay true.
-#}
{% macro reporting_currency(currency) -%}
    {%- if var('tiktok_reporting_currency') -%}
        {{ dbt.string_literal(var('tiktok_reporting_currency')) }}
    {%- else -%}
        {{ currency }}
    {%- endif -%}
{%- endmacro %}

{#-
    An amount in the reporting currency; NULL where a rate is missing, which is a failing test.
    `rate` is of a row of int_exchange_rates, joined by left_join_exchange_rate.
-#}
{% macro in_reporting_currency(amount, currency, rate) -%}
    {%- if var('tiktok_reporting_currency') -%}
        cast(
            case
                when {{ currency }} = {{ reporting_currency(currency) }} or {{ amount }} = 0 then {{ amount }}
                else {{ amount }} * {{ rate }}
            end as numeric(38, 6)
        )
    {%- else -%}
        {{ amount }}
    {%- endif -%}
{%- endmacro %}

{#- A sum of amounts of which one is missing is missing too, not smaller. -#}
{% macro sum_or_null(amount) -%}
    case when count(*) = count({{ amount }}) then sum({{ amount }}) end
{%- endmacro %}
