update tiktok_raw.report_pulls set
    finished_at = tiktok_ops.now(),
    currency = %(currency)s,
    skipped_metrics = %(skipped_metrics)s,
    pages = %(pages)s,
    total_number = %(total_number)s,
    rows_read = %(rows_read)s,
    rows_changed = %(rows_changed)s,
    rows_absent = %(rows_absent)s,
    spend_change = %(spend_change)s,
    rows_rejected = %(rows_rejected)s,
    is_complete = %(is_complete)s,
    incomplete_reason = %(incomplete_reason)s,
    stale_dates = %(stale_dates)s,
    request_ids = %(request_ids)s
where pull_id = %(pull_id)s
