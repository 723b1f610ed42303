select
    advertisers.advertiser_id,
    advertisers.advertiser_name,
    coalesce(advertisers.display_timezone, advertisers.timezone) as time_zone,
    advertisers.currency,
    advertisers.is_enabled,
    advertisers.first_seen_at,
    advertisers.last_seen_at,
    advertisers.missing_since,
    (
        select max(pulls.observed_at)
        from tiktok_raw.report_pulls as pulls
        where
            pulls.advertiser_id = advertisers.advertiser_id
            and pulls.is_complete
    ) as last_complete_at,
    count(*) over () as total
from tiktok_raw.advertisers as advertisers
where advertisers.connection_id = %(connection_id)s
order by
    advertisers.missing_since nulls first,
    advertisers.advertiser_name,
    advertisers.advertiser_id
limit %(page_size)s offset %(page_size)s * (%(page)s - 1)
