select advertiser_id
from tiktok_raw.advertisers
where advertiser_id = any(%(advertiser_ids)s)
