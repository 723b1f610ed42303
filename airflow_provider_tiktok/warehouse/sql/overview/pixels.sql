select
    pixel_code,
    pixel_id,
    pixel_name,
    advertiser_id,
    is_enabled,
    last_seen_at,
    missing_since
from tiktok_raw.pixels
where advertiser_id = any(%(advertiser_ids)s)
order by missing_since nulls first, pixel_name, pixel_code
