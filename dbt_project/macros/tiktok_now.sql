{#-
    The warehouse's "now" as of the start of a statement: the tests and the demo move it, as they move
    tiktok_ops.now(), which shows the clock at every call. PostgreSQL looks into a query that calls
    that one, which is volatile, for no filter and no index, so the models do not.
-#}
{% macro tiktok_now() -%}
    {{ return(adapter.dispatch('tiktok_now', 'tiktok')()) }}
{%- endmacro %}

{% macro postgres__tiktok_now() -%}
    (
            select
                statement_timestamp()
                + cast(coalesce(nullif(current_setting('tiktok.clock_offset', true), ''), '0') as interval)
        )
{%- endmacro %}

{#- Whether a row's time has not come yet; an hour is left for clocks that run ahead. -#}
{% macro is_future(moment) -%}
    {{ moment }} > {{ tiktok_now() }} + interval '1 hour'
{%- endmacro %}
