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
    select * from {{ ref('base_web__page_views') }}
),

last_page_views as (
    select distinct on (conversions.conversion_id)
        conversions.conversion_id,
        conversions.converted_at,
        page_views.page_view_id,
        page_views.page_url
    from conversions
    inner join page_views -- many per conversion; the last one is kept
        on
            conversions.visitor_id = page_views.visitor_id
            and conversions.converted_at >= page_views.occurred_at
            and page_views.occurred_at
            >= conversions.converted_at
            - interval '1 day' * {{ var('attribution_window_days') }}
    order by
        conversions.conversion_id asc,
        page_views.occurred_at desc,
        page_views.page_view_id desc
),

final as (
    select
        conversion_id,
        converted_at,
        page_view_id,
        {{ url_host('page_url') }} as page_host
    from last_page_views
)

select * from final
