{{ config(
    materialized='steady_table',
    unique_key='conversion_id',
    scope={'column': 'converted_at', 'of': 'late_rows'},
    feeds=[{'kind': 'conversion', 'key': 'conversion_id'}],
    indexes=[{'columns': ['converted_at']}],
) }}

-- The last page that the visitor of a conversion saw before it, within the attribution window. Only
-- its key is kept: the export views read address and device from your own table.
with conversions as (
    select *
    from {{ ref('int_conversions_unioned') }}
    where {{ may_be_new('converted_at') }}
),

page_views as (
    select * from {{ ref('stg_web__page_views') }}
),

final as (
    select distinct on (conversions.conversion_id)
        conversions.conversion_id,
        conversions.converted_at,
        page_views.page_view_id,
        page_views.page_host
    from conversions
    inner join page_views -- many per conversion; the last one is kept below
        on
            conversions.visitor_id = page_views.visitor_id
            and conversions.converted_at >= page_views.occurred_at
            and conversions.converted_at
            <= page_views.occurred_at + interval '1 day' * {{ var('attribution_window_days') }}
    order by
        conversions.conversion_id asc,
        page_views.occurred_at desc,
        page_views.page_view_id desc
)

select * from final
