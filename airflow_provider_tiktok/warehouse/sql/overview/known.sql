select
    'advertiser' as kind,
    advertisers.advertiser_id as entity_id
from tiktok_raw.advertisers as advertisers
where advertisers.connection_id = %(connection_id)s
union all
select
    'pixel' as kind,
    pixels.pixel_code as entity_id
from tiktok_raw.pixels as pixels
where pixels.connection_id = %(connection_id)s
