{#-
    The measures of an ROI report and the ratios that follow from them, from summed measures. Ratios
    are made here and nowhere else: a report over several rows sums the measures and asks again.
-#}
{% macro roi_columns(summed) -%}
    {{ summed }}.spend,
        {{ summed }}.impressions,
        {{ summed }}.tiktok_clicks,
        {{ summed }}.clicks,
        {{ summed }}.conversions,
        {{ summed }}.orders,
        {{ summed }}.gross_order_revenue,
        {{ summed }}.gross_lead_revenue,
        {{ summed }}.gross_revenue,
        {{ summed }}.refunded,
        {{ summed }}.net_revenue,
        {{ summed }}.gross_revenue_by_order_date,
        {{ summed }}.refunded_by_order_date,
        {{ summed }}.net_revenue_by_order_date,
        {{ summed }}.net_revenue - {{ summed }}.spend as profit,
        {{ safe_ratio(summed ~ '.net_revenue - ' ~ summed ~ '.spend', summed ~ '.spend') }} as roi,
        {{ safe_ratio(summed ~ '.gross_revenue', summed ~ '.spend') }} as roas,
        {{ safe_ratio(summed ~ '.net_revenue', summed ~ '.spend') }} as net_roas,
        {{ safe_ratio(summed ~ '.spend', summed ~ '.conversions') }} as cpa,
        {{ safe_ratio(summed ~ '.spend', summed ~ '.clicks') }} as cpc
{%- endmacro %}

{#- Sums of the additive measures of an ROI report, to a coarser grain. -#}
{% macro sum_roi_measures() -%}
    sum(spend) as spend,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(tiktok_clicks) as bigint) as tiktok_clicks,
        cast(sum(clicks) as bigint) as clicks,
        sum(conversions) as conversions,
        sum(orders) as orders,
        sum(gross_order_revenue) as gross_order_revenue,
        sum(gross_lead_revenue) as gross_lead_revenue,
        sum(gross_revenue) as gross_revenue,
        sum(refunded) as refunded,
        sum(net_revenue) as net_revenue,
        sum(gross_revenue_by_order_date) as gross_revenue_by_order_date,
        sum(refunded_by_order_date) as refunded_by_order_date,
        sum(net_revenue_by_order_date) as net_revenue_by_order_date
{%- endmacro %}

{#-
    The rows of an ROI report: what ads cost and earned, and what an account cost beyond its ads, which
    is known by the day only and earned nothing that we know. `times` are NULL in the latter.
-#}
{% macro roi_rows(summed, unallocated, key, times) -%}
    select
        {{ key }},
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        cast(null as text) as unallocated_reason,
        account_time_zone,
        currency,
        spend,
        impressions,
        tiktok_clicks,
        {%- for measure in tiktok.earned_measures() %}
        {{ measure }},
        {%- endfor %}
        is_attributed,
        account_date{{ ', ' ~ times | join(', ') }}
    from {{ summed }}
    union all
    select
        spend_day_id,
        advertiser_id,
        campaign_id,
        null,
        null,
        reason,
        account_time_zone,
        currency,
        spend,
        cast(impressions as bigint),
        cast(tiktok_clicks as bigint),
        {%- for measure in tiktok.earned_measures() %}
        0,
        {%- endfor %}
        true,
        account_date{{ ', null' * times | length }}
    from {{ unallocated }}
{%- endmacro %}

{#- The additive measures of an ROI report that our own tables tell, not TikTok. -#}
{% macro earned_measures() -%}
    {{ return([
        'clicks', 'conversions', 'orders', 'gross_order_revenue', 'gross_lead_revenue', 'gross_revenue',
        'refunded', 'net_revenue', 'gross_revenue_by_order_date', 'refunded_by_order_date',
        'net_revenue_by_order_date',
    ]) }}
{%- endmacro %}
