select pixel_code
from tiktok_raw.pixels
where
    pixel_code = any(%(pixel_codes)s)
    and not is_enabled
