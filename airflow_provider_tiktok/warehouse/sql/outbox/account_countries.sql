-- The country of the account behind each pixel.
select
    pixels.pixel_code,
    advertisers.country
from tiktok_raw.pixels as pixels
inner join tiktok_raw.advertisers as advertisers
    on pixels.advertiser_id = advertisers.advertiser_id
where advertisers.country ~ '^[A-Za-z]{2}$'
