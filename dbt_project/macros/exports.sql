{#- The 14 signals, consent and limited data use of a row of int_conversion_signals. -#}
{% macro signal_columns(signals) -%}
    {{ signals }}.consent_state,
        {{ signals }}.limited_data_use,
        {{ signals }}.ttclid,
        {{ signals }}.ttp,
        {{ signals }}.email,
        {{ signals }}.phone,
        {{ signals }}.external_id,
        {{ signals }}.first_name,
        {{ signals }}.last_name,
        {{ signals }}.ip,
        {{ signals }}.user_agent,
        {{ signals }}.locale,
        {{ signals }}.country,
        {{ signals }}.region,
        {{ signals }}.city,
        {{ signals }}.zip
{%- endmacro %}

{#- Whether a rule on the buyer (seed event_mapping) holds for a person's n-th conversion of its type. -#}
{% macro buyer_matches(buyer_rule, conversion_number) -%}
    case {{ buyer_rule }}
                when 'new' then {{ conversion_number }} = 1
                when 'returning' then {{ conversion_number }} > 1
                else true
            end
{%- endmacro %}

{#- Whether an event is young enough to be sent, by var `export_days`. A backfill of older days says
    from when on it reads; what TikTok no longer takes is then recorded, and not silently left out. -#}
{% macro is_exported(moment) -%}
    {{ moment }} >= coalesce(
        cast(nullif(current_setting('tiktok.export_since', true), '') as timestamp with time zone),
        {{ tiktok_now() }} - interval '1 day' * {{ var('export_days') }}
    )
{%- endmacro %}
