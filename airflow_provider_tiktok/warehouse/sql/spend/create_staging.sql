create temporary table staged_spend (
    stat_time text collate "C" not null,
    entity_id text collate "C" not null,
    campaign_id text,
    adgroup_id text,
    page integer not null,
    spend numeric(20, 6),
    impressions numeric(20, 6),
    clicks numeric(20, 6),
    conversion numeric(20, 6),
    complete_payment numeric(20, 6),
    total_complete_payment_rate numeric(20, 6)
) on commit drop
