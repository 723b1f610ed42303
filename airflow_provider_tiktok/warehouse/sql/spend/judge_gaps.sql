-- Say of each gap that was measured why it is there, and write those that are new or have changed.
with gaps as (
    select *
    from
        jsonb_to_recordset(%(gaps)s::jsonb) as measured (
            day date,
            campaign_id text,
            has_hours boolean,
            spend numeric,
            impressions numeric,
            clicks numeric,
            conversion numeric,
            currency text,
            total_observed_at timestamptz,
            is_explained_by_days boolean
        )
),

newest_gaps as (
    select distinct on (stat_date, campaign_id)
        stat_date,
        campaign_id,
        seq,
        spend,
        impressions,
        clicks,
        conversion,
        reason
    from tiktok_raw.spend_gaps
    where
        advertiser_id = %(advertiser_id)s
        and stat_date between %(start_date)s::date and %(end_date)s::date
    order by stat_date asc, campaign_id asc, seq desc
),

totals as (
    select distinct
        day,
        total_observed_at as observed_at
    from gaps
),

-- How and when the hours were read last.
readings as (
    select
        totals.day,
        newest.incomplete_reason,
        newest.observed_at is not null as is_read,
        -- What was never read is NULL, and the least passes over it.
        least(newest.observed_at, %(observed_at)s) < tiktok_raw.hour_starts_at(
            to_char(totals.day + 1, 'YYYY-MM-DD 00:00:00'), %(display_timezone)s
        ) + interval '2 hours' as is_young,
        -- Other days no hourly run reads again.
        totals.day >= (%(observed_at)s - interval '35 days')::date as is_read_again,
        -- The next reading of totals will tell.
        newest.observed_at > days_read.totals_observed_at as is_total_older,
        -- The total is of another run than the hours and the ads' days: the next reading of one of
        -- them will tell, and comes within a day.
        newest.observed_at < totals.observed_at - interval '1 hour'
        and coalesce(days_read.ads_observed_at < totals.observed_at - interval '1 hour', true)
            as are_ads_older
    from totals
    cross join
        lateral (
            select
                max(report_pulls.observed_at)
                filter (where report_pulls.data_level = 'AUCTION_ADVERTISER')
                    as totals_observed_at,
                max(report_pulls.observed_at)
                filter (where report_pulls.data_level = 'AUCTION_AD') as ads_observed_at
            from tiktok_raw.report_pulls
            where
                report_pulls.advertiser_id = %(advertiser_id)s
                and report_pulls.data_level in ('AUCTION_ADVERTISER', 'AUCTION_AD')
                and report_pulls.time_dimension = 'stat_time_day'
                and report_pulls.start_date <= totals.day
                and report_pulls.end_date >= totals.day
                and report_pulls.is_complete
        ) as days_read
    left outer join
        lateral (
            select
                report_pulls.observed_at,
                report_pulls.incomplete_reason
            from tiktok_raw.report_pulls
            where
                report_pulls.advertiser_id = %(advertiser_id)s
                and report_pulls.data_level = 'AUCTION_AD'
                and report_pulls.time_dimension = 'stat_time_hour'
                and report_pulls.start_date <= totals.day
                and report_pulls.end_date >= totals.day
                and report_pulls.finished_at is not null
            order by report_pulls.observed_at desc, report_pulls.pull_id desc
            limit 1
        ) as newest
        on true
),

judged as (
    select
        gaps.day,
        gaps.campaign_id,
        gaps.spend,
        gaps.impressions,
        gaps.clicks,
        gaps.conversion,
        gaps.currency,
        newest_gaps.seq as last_seq,
        newest_gaps.spend as last_spend,
        newest_gaps.impressions as last_impressions,
        newest_gaps.clicks as last_clicks,
        newest_gaps.conversion as last_conversion,
        newest_gaps.reason as last_reason,
        case
            when (gaps.spend, gaps.impressions, gaps.clicks, gaps.conversion) = (0, 0, 0, 0)
                then 'closed'
            when not readings.is_read then 'not_read'
            when
                readings.is_young
                or gaps.is_explained_by_days
                or (readings.is_read_again and (readings.is_total_older or readings.are_ads_older))
                then 'settling'
            when readings.incomplete_reason like '%%truncated%%' then 'id_limit'
            when readings.incomplete_reason like '%%promoted_missing%%' then 'promoted'
            when campaigns.raw::text ilike '%%gmv_max%%' then 'gmv_max'
            when
                campaigns.raw ->> 'campaign_automation_type' ilike '%%smart_plus%%'
                or campaigns.raw ->> 'is_smart_performance_campaign' = 'true'
                then 'smart_plus'
            when
                campaigns.missing_since is not null
                or campaigns.secondary_status ilike '%%delete%%'
                then 'deleted'
            when gaps.campaign_id <> '' and not gaps.has_hours then 'no_ads'
            else 'unknown'
        end as reason
    from gaps
    inner join readings
        on gaps.day = readings.day
    left outer join newest_gaps
        on
            gaps.day = newest_gaps.stat_date
            and gaps.campaign_id = newest_gaps.campaign_id
    left outer join tiktok_raw.campaigns
        on gaps.campaign_id = campaigns.campaign_id
)

insert into tiktok_raw.spend_gaps (
    advertiser_id,
    stat_date,
    campaign_id,
    seq,
    pull_id,
    observed_at,
    currency,
    spend,
    impressions,
    clicks,
    conversion,
    reason
)
select
    %(advertiser_id)s as advertiser_id,
    day,
    campaign_id,
    coalesce(last_seq, 0) + 1 as seq,
    %(pull_id)s as pull_id,
    %(observed_at)s as observed_at,
    currency,
    spend,
    impressions,
    clicks,
    conversion,
    reason
from judged
where
    (last_seq is not null or reason <> 'closed')
    and (last_spend, last_impressions, last_clicks, last_conversion, last_reason)
    is distinct from (spend, impressions, clicks, conversion, reason)
    -- What was judged stays judged until an amount changes.
    and (
        last_seq is null
        or reason <> 'settling'
        or (last_spend, last_impressions, last_clicks, last_conversion)
        is distinct from (spend, impressions, clicks, conversion)
    )
returning stat_date, campaign_id, spend, reason
