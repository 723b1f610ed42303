{#-
    An account's own hours, in and out of UTC. Nothing else in the project converts between them,
    and what these macros call in the warehouse is the provider's own rule: there is no second one.

    TikTok reports by the account's clock: 'YYYY-MM-DD HH:00:00' without a zone. Where the clocks go
    back, that name stands for two hours; where they go forward, for none.
-#}

{#-
    The first UTC instant at which the account's clock shows an hour or a later one, by the provider's
    own function: PostgreSQL's `at time zone` alone takes the second pass of a repeated hour. An hour
    ends where the next one starts.
-#}
{% macro account_hour_starts_at(account_hour, time_zone) -%}
    {{ return(adapter.dispatch('account_hour_starts_at', 'tiktok')(account_hour, time_zone)) }}
{%- endmacro %}

{% macro postgres__account_hour_starts_at(account_hour, time_zone) -%}
    {{ var('tiktok_raw_schema') }}.hour_starts_at({{ account_hour }}, {{ time_zone }})
{%- endmacro %}

{#- The UTC instant at which a day of the account's clock ends. -#}
{% macro account_day_ends_at(account_date, time_zone) -%}
    {{ account_hour_starts_at(account_hour_at(account_date, '24'), time_zone) }}
{%- endmacro %}

{#- The hour of the account's clock in which an instant lies, as TikTok writes it. -#}
{% macro account_hour_of(instant, time_zone) -%}
    {{ return(adapter.dispatch('account_hour_of', 'tiktok')(instant, time_zone)) }}
{%- endmacro %}

{% macro postgres__account_hour_of(instant, time_zone) -%}
    to_char({{ instant }} at time zone {{ time_zone }}, 'YYYY-MM-DD HH24:00:00')
{%- endmacro %}

{#- The n-th hour of a day of the account's clock, as TikTok writes it. -#}
{% macro account_hour_at(account_date, hour) -%}
    {{ return(adapter.dispatch('account_hour_at', 'tiktok')(account_date, hour)) }}
{%- endmacro %}

{% macro postgres__account_hour_at(account_date, hour) -%}
    to_char({{ account_date }} + interval '1 hour' * ({{ hour }}), 'YYYY-MM-DD HH24:00:00')
{%- endmacro %}

{#- The day of an account-local hour. -#}
{% macro account_date_of(account_hour) -%}
    cast(left({{ account_hour }}, 10) as date)
{%- endmacro %}

{#- A time zone if PostgreSQL knows it, else NULL: an unknown name would end every query it is in. -#}
{% macro known_time_zone(time_zone) -%}
    case when {{ time_zone }} in (select zones.name from pg_timezone_names as zones) then {{ time_zone }} end
{%- endmacro %}
