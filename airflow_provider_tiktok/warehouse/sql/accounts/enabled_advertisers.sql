select
    advertiser_id,
    connection_id,
    advertiser_name,
    display_timezone,
    timezone,
    currency
from tiktok_raw.advertisers
where
    connection_id = %(connection_id)s
    and is_enabled
    and missing_since is null
order by advertiser_id
