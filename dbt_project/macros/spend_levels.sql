{#-
    Spend of a fact, summed to a coarser level. What is measured, provisional and unallocated stays
    apart in columns of its own; a row's label is that of its least certain part.
-#}
{% macro spend_at_level(fact, key_name, ids, times, ends_at=none) -%}
    select
        -- ids
        {{ key_of(ids + times + ['currency']) }} as {{ key_name }},
        {%- for id in ids %}
        {{ id }},
        {%- endfor %}
        -- strings
        case
            when bool_or(spend_status = 'unallocated') then 'unallocated'
            when bool_or(spend_status = 'provisional') then 'provisional'
            else 'measured'
        end as spend_status,
        currency,
        {{ reporting_currency('currency') }} as reporting_currency,
        -- numerics
        cast(sum(spend) as numeric(38, 6)) as spend,
        cast(coalesce(sum(spend) filter (where spend_status = 'measured'), 0) as numeric(38, 6)) as measured_spend,
        cast(coalesce(sum(spend) filter (where spend_status = 'provisional'), 0) as numeric(38, 6)) as provisional_spend,
        cast(coalesce(sum(spend) filter (where spend_status = 'unallocated'), 0) as numeric(38, 6)) as unallocated_spend,
        cast({{ sum_or_null('reporting_spend') }} as numeric(38, 6)) as reporting_spend,
        sum(impressions) as impressions,
        sum(tiktok_clicks) as tiktok_clicks,
        sum(tiktok_conversions) as tiktok_conversions,
        sum(tiktok_purchases) as tiktok_purchases,
        sum(tiktok_purchase_value) as tiktok_purchase_value,
        count(distinct ad_id) as ads,
        -- times
        {%- for time in times %}
        {{ time }}{{ ',' if not loop.last or ends_at }}
        {%- endfor %}
        {%- if ends_at %}
        max({{ ends_at }}) as {{ ends_at }}
        {%- endif %}
    from {{ fact }}
    group by {{ (ids + times + ['currency']) | join(', ') }}
{%- endmacro %}
