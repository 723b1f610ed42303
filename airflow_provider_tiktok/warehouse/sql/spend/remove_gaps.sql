-- Remove old gaps that only said how a running day settled, and that a newer row has replaced: an
-- hourly run writes two a day and account for each of its hours. The newest row of a day stays.
delete from tiktok_raw.spend_gaps as gaps
where
    gaps.observed_at < tiktok_ops.now() - %(age)s::interval
    and gaps.reason in ('settling', 'closed')
    and exists (
        select 1
        from tiktok_raw.spend_gaps as newer
        where
            newer.advertiser_id = gaps.advertiser_id
            and newer.stat_date = gaps.stat_date
            and newer.campaign_id = gaps.campaign_id
            and newer.seq > gaps.seq
    )
