update tiktok_raw.pixels set is_enabled = %(is_enabled)s
where
    pixel_code = %(entity_id)s
    and connection_id = %(connection_id)s
