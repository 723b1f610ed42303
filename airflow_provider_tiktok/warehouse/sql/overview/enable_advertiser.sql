update tiktok_raw.advertisers set is_enabled = %(is_enabled)s
where
    advertiser_id = %(entity_id)s
    and connection_id = %(connection_id)s
