select connection_id from tiktok_raw.advertisers
where advertiser_id = %(advertiser_id)s
