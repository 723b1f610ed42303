-- Per pixel, UTC day and event: how many events we have receipts for, and how many TikTok counted.
create table tiktok_ops.event_reconciliations (
    event_source_id text not null,
    event_day date not null,
    -- TikTok's name for it today.
    event_type text not null,
    receipts integer not null,
    -- Sent, and nobody knows whether TikTok has them.
    unknown_outcomes integer not null,
    counted_total integer not null,
    counted_server integer not null,
    counted_browser integer not null,
    compared_at timestamptz not null,
    primary key (event_source_id, event_day, event_type)
);
