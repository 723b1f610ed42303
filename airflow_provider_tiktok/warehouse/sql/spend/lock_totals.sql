-- Writers of an account's gaps take turns; nothing is returned where no total was ever read.
select pg_advisory_xact_lock(hashtextextended('tiktok_raw.spend_gaps|' || %(advertiser_id)s, 0))
where
    exists (
        select 1
        from tiktok_raw.spend_snapshots
        where
            advertiser_id = %(advertiser_id)s
            and data_level = 'AUCTION_ADVERTISER'
            and time_dimension = 'stat_time_day'
            and stat_time >= to_char(%(start_date)s::date, 'YYYY-MM-DD')
            and stat_time < to_char(%(end_date)s::date + 1, 'YYYY-MM-DD')
    )
