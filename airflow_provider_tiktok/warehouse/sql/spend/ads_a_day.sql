-- The mean number of ads with a row on a day, of the last readings of whole days.
select avg(newest.rows_read / newest.days)::double precision as ads_a_day
from (
    select
        rows_read,
        (end_date - start_date + 1)::numeric as days
    from tiktok_raw.report_pulls
    where
        advertiser_id = %(advertiser_id)s
        and data_level = 'AUCTION_AD'
        and time_dimension = 'stat_time_day'
        and is_complete
    order by end_date desc, pull_id desc
    limit 3
) as newest
