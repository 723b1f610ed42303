insert into tiktok_ops.event_reconciliations as kept (
    event_source_id,
    event_day,
    event_type,
    receipts,
    unknown_outcomes,
    counted_total,
    counted_server,
    counted_browser,
    compared_at
)
select
    %(event_source_id)s as event_source_id,
    %(day)s as event_day,
    %(event_type)s as event_type,
    %(receipts)s as receipts,
    %(unknown_outcomes)s as unknown_outcomes,
    %(counted_total)s as counted_total,
    %(counted_server)s as counted_server,
    %(counted_browser)s as counted_browser,
    tiktok_ops.now() as compared_at
on conflict (event_source_id, event_day, event_type) do update
    set
        receipts = excluded.receipts,
        unknown_outcomes = excluded.unknown_outcomes,
        counted_total = excluded.counted_total,
        counted_server = excluded.counted_server,
        counted_browser = excluded.counted_browser,
        compared_at = excluded.compared_at
