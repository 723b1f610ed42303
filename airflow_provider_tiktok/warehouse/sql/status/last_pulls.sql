select
    advertisers.advertiser_id,
    advertisers.advertiser_name,
    advertisers.is_enabled,
    advertisers.missing_since,
    newest.observed_at as last_pull_at,
    newest.is_complete as is_last_complete,
    newest.incomplete_reason,
    (
        select max(pulls.observed_at)
        from tiktok_raw.report_pulls as pulls
        where
            pulls.advertiser_id = advertisers.advertiser_id
            and pulls.is_complete
    ) as last_complete_at,
    tiktok_ops.now() as now
from tiktok_raw.advertisers as advertisers
left join lateral (
    select
        pulls.observed_at,
        pulls.is_complete,
        pulls.incomplete_reason
    from tiktok_raw.report_pulls as pulls
    where pulls.advertiser_id = advertisers.advertiser_id
    order by pulls.pull_id desc
    limit 1
) as newest on true
where advertisers.connection_id = %(connection_id)s
order by advertisers.advertiser_id
