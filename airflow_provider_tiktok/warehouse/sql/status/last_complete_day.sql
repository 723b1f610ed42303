select max(end_date)
from tiktok_raw.report_pulls
where
    advertiser_id = %(advertiser_id)s
    and data_level = %(data_level)s
    and time_dimension = 'stat_time_hour'
    and is_complete
