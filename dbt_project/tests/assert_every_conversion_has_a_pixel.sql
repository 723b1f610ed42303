-- Conversions of a site without a row in seed site_pixels, or with a pixel that was never imported,
-- cannot be sent.
{{ config(severity='warn', tags=['tiktok_hourly']) }}

select
    pixel_code,
    count(*) as conversions
from {{ ref('fct_conversions') }}
where connection_id is null
group by pixel_code
