-- The last page that the visitor of a conversion saw before it, within the attribution window. Only
-- its key is kept: the export views read address and device from your own table.
with conversions as (
    select * from {{ ref('int_conversions_unioned') }}
),

page_views as (
    select * from {{ ref('stg_web__page_views') }}
),

numbered as (
    select
        conversions.conversion_id,
        page_views.page_view_id,
        page_views.page_host,
        row_number() over (
            partition by conversions.conversion_id
            order by page_views.occurred_at desc, page_views.page_view_id desc
        ) as recency
    from conversions
    inner join page_views -- many per conversion; the last one is kept below
        on
            conversions.visitor_id = page_views.visitor_id
            and conversions.converted_at >= page_views.occurred_at
            and conversions.converted_at
            <= page_views.occurred_at + interval '1 day' * {{ var('attribution_window_days') }}
),

final as (
    select
        conversion_id,
        page_view_id,
        page_host
    from numbered
    where recency = 1
)

select * from final
