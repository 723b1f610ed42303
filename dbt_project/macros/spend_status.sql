{#-
    Whether a cost is final. `measured`: its time ended longer ago than TikTok is known to correct
    the account (int_spend_settling), a reading by the hour after its end was complete, and a
    complete reading has looked at it in the last day of that time. `provisional`: anything less.
    `unallocated` is no matter of time: it is what no ad's report explains.
-#}
{% macro spend_status(ends_at, account_days, settling, moment) -%}
    case
        when
            {{ ends_at }} + {{ settling }}.settles_after <= {{ moment }}
            and {{ account_days }}.hours_read_at >= {{ ends_at }}
            and {{ account_days }}.confirmed_at >= {{ ends_at }} + {{ settling }}.settles_after - interval '1 day'
            then 'measured'
        else 'provisional'
    end
{%- endmacro %}

{#- Hours after which the curve of rpt_spend_maturity has a point; 28 days is TikTok's last one. -#}
{% macro maturity_ages() -%}
    {{ return([0, 1, 2, 3, 6, 12, 24, 48, 72, 120, 168, 336, 504, 672]) }}
{%- endmacro %}

{#- The last point of the curve at or before an age; what is not over yet has the first. -#}
{% macro maturity_age(age) -%}
    case
        {%- for hours in tiktok.maturity_ages() | reverse %}
            {%- if not loop.last %}
                when {{ age }} >= interval '{{ hours }} hours' then {{ hours }}
            {%- endif %}
        {%- endfor %}
                else 0
            end
{%- endmacro %}

{#- The first point of the curve that has a change which was seen at an age; NULL after the last. -#}
{% macro maturity_age_of_change(age) -%}
    case
        {%- for hours in tiktok.maturity_ages() %}
                when {{ age }} <= interval '{{ hours }} hours' then {{ hours }}
        {%- endfor %}
            end
{%- endmacro %}
