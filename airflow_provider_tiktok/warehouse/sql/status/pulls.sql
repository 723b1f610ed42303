select
    observed_at,
    advertiser_id,
    advertiser_name,
    what,
    start_date,
    end_date,
    rows_read,
    rows_changed,
    spend_change,
    currency,
    is_complete,
    left_out
from tiktok_raw.pull_log
where advertiser_id = any(%(advertiser_ids)s)
order by pull_id desc
limit %(most)s
