-- The mean number of rows of the last days with rows that were read by the hour to their end.
select coalesce(avg(days.rows_read), 0)::double precision as rows_a_day
from (
    select max(rows_read) as rows_read
    from tiktok_raw.report_pulls
    where
        advertiser_id = %(advertiser_id)s
        and data_level = 'AUCTION_AD'
        and time_dimension = 'stat_time_hour'
        and start_date = end_date
        and is_complete
        and rows_read > 0
    group by end_date
    order by end_date desc
    limit 14
) as days
