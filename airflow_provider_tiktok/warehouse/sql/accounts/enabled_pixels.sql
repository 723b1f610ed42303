select
    pixel_code,
    pixel_id,
    advertiser_id,
    connection_id,
    pixel_name
from tiktok_raw.pixels
where
    connection_id = %(connection_id)s
    and is_enabled
    and missing_since is null
order by pixel_code
