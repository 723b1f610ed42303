-- What a run read, by advertiser.
select
    advertiser_id,
    count(*) as pulls,
    count(*) filter (where not is_complete) as incomplete,
    min(start_date) as first_day,
    max(end_date) as last_day,
    coalesce(sum(rows_read), 0)::bigint as rows_read,
    coalesce(sum(rows_changed), 0)::bigint as rows_changed,
    max(incomplete_reason) as incomplete_reason
from tiktok_raw.report_pulls
where
    run_id in (%(run_id)s, %(backfill)s)
    and advertiser_id in (
        select advertisers.advertiser_id
        from tiktok_raw.advertisers as advertisers
        where advertisers.connection_id = %(connection_id)s
    )
group by advertiser_id
order by advertiser_id
