-- Days that cost more than their ads and campaigns explain.
select newest.stat_date
from (
    select distinct on (stat_date)
        stat_date,
        reason
    from tiktok_raw.spend_gaps
    where
        advertiser_id = %(advertiser_id)s
        and stat_date >= %(since)s
        and campaign_id = ''
    order by stat_date asc, seq desc
) as newest
where newest.reason not in ('closed', 'settling')
