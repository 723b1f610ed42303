-- How many rows each day had when it was last read by the hour to its end.
select distinct on (end_date)
    end_date as day,
    rows_read
from tiktok_raw.report_pulls
where
    advertiser_id = %(advertiser_id)s
    and data_level = 'AUCTION_AD'
    and time_dimension = 'stat_time_hour'
    and start_date = end_date
    and end_date >= %(since)s
    and is_complete
order by end_date asc, observed_at desc
