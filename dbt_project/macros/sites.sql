{#-
    Join the site of a page host: the row of seed site_pixels with the longest domain that the host
    is or ends with, else the row of domain '*'. At most one row, so nothing is multiplied.
-#}
{% macro left_join_site(site_pixels, page_host) -%}
    left join lateral (
        select *
        from {{ site_pixels }}
        where
            {{ page_host }} = {{ site_pixels }}.domain
            or {{ page_host }} like '%.' || {{ site_pixels }}.domain
            or {{ site_pixels }}.domain = '*'
        order by length({{ site_pixels }}.domain) desc
        limit 1
    ) as sites
        on true
{%- endmacro %}
