-- Compare the account's total of a day with the hours of its ads: what is left over, as one text of
-- JSON, which keeps every digit; NULL where nothing is left over and nothing was.
--
-- Looked at are the days of a pull by the hour, and of a pull of totals those that it changed or
-- that have a gap. Campaigns' totals, where they were read, say to whom a gap belongs.
with open_gaps as (
    select
        stat_date,
        campaign_id
    from tiktok_raw.open_spend_gaps
    where
        advertiser_id = %(advertiser_id)s
        and stat_date between %(start_date)s::date and %(end_date)s::date
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
            from open_gaps
            where open_gaps.stat_date = calendar.day
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
        open_gaps.stat_date as day,
        open_gaps.campaign_id,
        false as has_hours,
        0 as spend,
        0 as impressions,
        0 as clicks,
        0 as conversion
    from open_gaps
    inner join totals
        on open_gaps.stat_date = totals.day
    where
        open_gaps.campaign_id <> ''
        and not exists (
            select 1
            from campaign_gaps
            where
                campaign_gaps.day = open_gaps.stat_date
                and campaign_gaps.campaign_id = open_gaps.campaign_id
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
)

select jsonb_agg(measured)::text as gaps
from (
    select
        gaps.*,
        totals.currency,
        totals.observed_at as total_observed_at,
        totals.spend = totals.spend_of_days as is_explained_by_days
    from gaps
    inner join totals
        on gaps.day = totals.day
    where
        (gaps.spend, gaps.impressions, gaps.clicks, gaps.conversion) <> (0, 0, 0, 0)
        or exists (
            select 1
            from open_gaps
            where open_gaps.stat_date = gaps.day and open_gaps.campaign_id = gaps.campaign_id
        )
) as measured
