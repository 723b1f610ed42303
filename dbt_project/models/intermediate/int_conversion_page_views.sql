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
    {% if build_scope().is_partial and is_indexed('web', 'page_views', 'visitor_id') %}
        -- Of a few conversions, each looks its page up; as a join, all page views would be read.
        select
            conversions.conversion_id,
            conversions.converted_at,
            last_seen.page_view_id,
            last_seen.page_url
        from conversions
        cross join
            lateral (
                select
                    page_views.page_view_id,
                    page_views.page_url
                from page_views
                where {{ is_page_of_conversion() }}
                order by page_views.occurred_at desc, page_views.page_view_id desc
                limit 1
            ) as last_seen
    {% else %}
        select distinct on (conversions.conversion_id)
            conversions.conversion_id,
            conversions.converted_at,
            page_views.page_view_id,
            page_views.page_url
        from conversions
        inner join page_views -- many per conversion; the last one is kept
            on {{ is_page_of_conversion() }}
        order by
            conversions.conversion_id asc,
            page_views.occurred_at desc,
            page_views.page_view_id desc
    {% endif %}
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
