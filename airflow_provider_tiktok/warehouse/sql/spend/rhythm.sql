select
    recent_days,
    learned_at
from tiktok_ops.spend_rhythms
where advertiser_id = %(advertiser_id)s
