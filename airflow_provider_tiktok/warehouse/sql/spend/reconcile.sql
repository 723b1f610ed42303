-- Compare the account's total of a day with the hours of its ads, and write what is left over.
--
-- Looked at are the days of a pull by the hour, and of a pull of totals those that it changed or
-- that have a gap. Campaigns' totals, where they were read, say to whom a gap belongs.
with newest_gaps as (
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

days as (
    select calendar.day::date as day
    from
        generate_series(
            %(start_date)s::date, %(end_date)s::date, interval '1 day'
        ) as calendar (day)
    where
        %(time_dimension)s = 'stat_time_hour'
        or exists (
            select 1
            from newest_gaps
            where newest_gaps.stat_date = calendar.day and newest_gaps.reason <> 'closed'
        )
        or exists (
            select 1
            from tiktok_raw.spend_snapshots as written
            where
                written.pull_id = %(pull_id)s
                and written.stat_time = to_char(calendar.day, 'YYYY-MM-DD 00:00:00')
        )
),

-- What TikTok says of whole days, level by level.
day_rows as (
    select distinct on (days.day, latest.data_level, latest.entity_id)
        days.day,
        latest.data_level,
        latest.entity_id,
        latest.campaign_id,
        latest.currency,
        latest.observed_at,
        coalesce(latest.spend, 0) as spend,
        coalesce(latest.impressions, 0) as impressions,
        coalesce(latest.clicks, 0) as clicks,
        coalesce(latest.conversion, 0) as conversion
    from days
    inner join tiktok_raw.spend_snapshots as latest
        on to_char(days.day, 'YYYY-MM-DD 00:00:00') = latest.stat_time
    where
        latest.advertiser_id = %(advertiser_id)s
        and latest.data_level in ('AUCTION_AD', 'AUCTION_CAMPAIGN', 'AUCTION_ADVERTISER')
        and latest.time_dimension = 'stat_time_day'
    order by days.day asc, latest.data_level asc, latest.entity_id asc, latest.seq desc
),

totals as (
    select
        day_rows.*,
        (
            select coalesce(sum(ads.spend), 0)
            from day_rows as ads
            where ads.day = day_rows.day and ads.data_level = 'AUCTION_AD'
        ) as spend_of_days
    from day_rows
    where day_rows.data_level = 'AUCTION_ADVERTISER'
),

hours as (
    select
        totals.day,
        latest.campaign_id,
        sum(latest.spend) as spend,
        sum(latest.impressions) as impressions,
        sum(latest.clicks) as clicks,
        sum(latest.conversion) as conversion
    from totals
    cross join
        lateral (
            select distinct on (snapshots.stat_time, snapshots.entity_id)
                coalesce(snapshots.campaign_id, '') as campaign_id,
                coalesce(snapshots.spend, 0) as spend,
                coalesce(snapshots.impressions, 0) as impressions,
                coalesce(snapshots.clicks, 0) as clicks,
                coalesce(snapshots.conversion, 0) as conversion
            from tiktok_raw.spend_snapshots as snapshots
            where
                snapshots.advertiser_id = %(advertiser_id)s
                and snapshots.data_level = 'AUCTION_AD'
                and snapshots.time_dimension = 'stat_time_hour'
                and snapshots.stat_time >= to_char(totals.day, 'YYYY-MM-DD')
                and snapshots.stat_time < to_char(totals.day + 1, 'YYYY-MM-DD')
            order by snapshots.stat_time desc, snapshots.entity_id desc, snapshots.seq desc
        ) as latest
    group by totals.day, latest.campaign_id
),

campaign_gaps as (
    select
        campaigns.day,
        campaigns.entity_id as campaign_id,
        hours.day is not null as has_hours,
        campaigns.spend - coalesce(hours.spend, 0) as spend,
        campaigns.impressions - coalesce(hours.impressions, 0) as impressions,
        campaigns.clicks - coalesce(hours.clicks, 0) as clicks,
        campaigns.conversion - coalesce(hours.conversion, 0) as conversion
    from day_rows as campaigns
    inner join totals
        on campaigns.day = totals.day
    left outer join hours
        on
            campaigns.day = hours.day
            and campaigns.entity_id = hours.campaign_id
    where
        campaigns.data_level = 'AUCTION_CAMPAIGN'
        -- Campaigns that were read before the total changed say nothing about the total.
        and exists (
            select 1
            from tiktok_raw.report_pulls
            where
                report_pulls.advertiser_id = %(advertiser_id)s
                and report_pulls.data_level = 'AUCTION_CAMPAIGN'
                and report_pulls.time_dimension = 'stat_time_day'
                and report_pulls.start_date <= totals.day
                and report_pulls.end_date >= totals.day
                and report_pulls.observed_at >= totals.observed_at
                and report_pulls.is_complete
        )
),

gaps as (
    select
        day,
        campaign_id,
        has_hours,
        spend,
        impressions,
        clicks,
        conversion
    from campaign_gaps
    union all
    -- A gap of a campaign that is no longer known to have one.
    select
        newest_gaps.stat_date as day,
        newest_gaps.campaign_id,
        false as has_hours,
        0 as spend,
        0 as impressions,
        0 as clicks,
        0 as conversion
    from newest_gaps
    inner join totals
        on newest_gaps.stat_date = totals.day
    where
        newest_gaps.campaign_id <> ''
        and newest_gaps.reason <> 'closed'
        and not exists (
            select 1
            from campaign_gaps
            where
                campaign_gaps.day = newest_gaps.stat_date
                and campaign_gaps.campaign_id = newest_gaps.campaign_id
        )
    union all
    -- What neither an ad's hours nor a campaign's gap explains.
    select
        totals.day,
        '' as campaign_id,
        false as has_hours,
        totals.spend - known.spend as spend,
        totals.impressions - known.impressions as impressions,
        totals.clicks - known.clicks as clicks,
        totals.conversion - known.conversion as conversion
    from totals
    cross join
        lateral (
            select
                coalesce(sum(explained.spend), 0) as spend,
                coalesce(sum(explained.impressions), 0) as impressions,
                coalesce(sum(explained.clicks), 0) as clicks,
                coalesce(sum(explained.conversion), 0) as conversion
            from (
                select
                    hours.spend,
                    hours.impressions,
                    hours.clicks,
                    hours.conversion
                from hours
                where hours.day = totals.day
                union all
                select
                    campaign_gaps.spend,
                    campaign_gaps.impressions,
                    campaign_gaps.clicks,
                    campaign_gaps.conversion
                from campaign_gaps
                where campaign_gaps.day = totals.day
            ) as explained
        ) as known
),

-- How and when the hours were read last.
readings as (
    select
        totals.day,
        totals.currency,
        totals.spend = totals.spend_of_days as is_explained_by_days,
        newest.incomplete_reason,
        newest.observed_at is not null as is_read,
        coalesce(
            newest.observed_at < tiktok_raw.hour_starts_at(
                to_char(totals.day + 1, 'YYYY-MM-DD 00:00:00'), %(display_timezone)s
            ) + interval '2 hours',
            false
        )
        or %(observed_at)s < tiktok_raw.hour_starts_at(
            to_char(totals.day + 1, 'YYYY-MM-DD 00:00:00'), %(display_timezone)s
        ) + interval '2 hours' as is_young,
        -- The next reading of totals will tell; days that no hourly run reads again have none.
        newest.observed_at > (
            select max(report_pulls.observed_at)
            from tiktok_raw.report_pulls
            where
                report_pulls.advertiser_id = %(advertiser_id)s
                and report_pulls.data_level = 'AUCTION_ADVERTISER'
                and report_pulls.time_dimension = 'stat_time_day'
                and report_pulls.start_date <= totals.day
                and report_pulls.end_date >= totals.day
                and report_pulls.is_complete
        )
        and totals.day >= (%(observed_at)s - interval '35 days')::date as is_total_older,
        -- The total is of another run than the hours and the ads' days: the next reading of one of
        -- them will tell, and comes within a day.
        newest.observed_at < totals.observed_at - interval '1 hour'
        and coalesce(
            (
                select max(report_pulls.observed_at)
                from tiktok_raw.report_pulls
                where
                    report_pulls.advertiser_id = %(advertiser_id)s
                    and report_pulls.data_level = 'AUCTION_AD'
                    and report_pulls.time_dimension = 'stat_time_day'
                    and report_pulls.start_date <= totals.day
                    and report_pulls.end_date >= totals.day
                    and report_pulls.is_complete
            ) < totals.observed_at - interval '1 hour',
            true
        )
        and totals.day >= (%(observed_at)s - interval '35 days')::date as are_ads_older
    from totals
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
        readings.currency,
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
                or readings.is_explained_by_days
                or readings.is_total_older
                or readings.are_ads_older
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
