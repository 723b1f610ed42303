-- Summed over an account's day, every report is TikTok's own total of it, where that was read: the
-- hours of its ads, and rows with a reason for what they do not explain.
with snapshots as (
    select * from {{ ref('stg_tiktok__spend_snapshots') }}
),

pulls as (
    select * from {{ ref('int_spend_pulls') }}
),

totals as (
    select distinct on (snapshots.advertiser_id, snapshots.account_hour)
        snapshots.advertiser_id,
        {{ account_date_of('snapshots.account_hour') }} as account_date,
        coalesce(snapshots.spend, 0) as total
    from snapshots
    inner join pulls -- unique by pull_id
        on snapshots.pull_id = pulls.pull_id
    where
        snapshots.data_level = 'AUCTION_ADVERTISER'
        and snapshots.time_dimension = 'stat_time_day'
    order by snapshots.advertiser_id asc, snapshots.account_hour asc, snapshots.seq desc
),

reports as (
    select
        'fct_spend_daily' as report,
        advertiser_id,
        account_date,
        sum(spend) as spend
    from {{ ref('fct_spend_daily') }}
    group by advertiser_id, account_date
    union all
    select
        'rpt_ad_group_spend_daily' as report,
        advertiser_id,
        account_date,
        sum(spend) as spend
    from {{ ref('rpt_ad_group_spend_daily') }}
    group by advertiser_id, account_date
    union all
    select
        'rpt_campaign_spend_daily' as report,
        advertiser_id,
        account_date,
        sum(spend) as spend
    from {{ ref('rpt_campaign_spend_daily') }}
    group by advertiser_id, account_date
    union all
    select
        'rpt_advertiser_spend_daily' as report,
        advertiser_id,
        account_date,
        sum(spend) as spend
    from {{ ref('rpt_advertiser_spend_daily') }}
    group by advertiser_id, account_date
    union all
    select
        'rpt_ad_roi_hourly' as report,
        advertiser_id,
        account_date,
        sum(spend) as spend
    from {{ ref('rpt_ad_roi_hourly') }}
    group by advertiser_id, account_date
    union all
    select
        'rpt_ad_roi_daily' as report,
        advertiser_id,
        account_date,
        sum(spend) as spend
    from {{ ref('rpt_ad_roi_daily') }}
    group by advertiser_id, account_date
    union all
    select
        'rpt_campaign_roi_daily' as report,
        advertiser_id,
        account_date,
        sum(spend) as spend
    from {{ ref('rpt_campaign_roi_daily') }}
    group by advertiser_id, account_date
),

names as (
    select distinct report
    from reports
)

select
    names.report,
    totals.advertiser_id,
    totals.account_date,
    totals.total,
    reports.spend
from totals
cross join names
left join reports -- unique by report, account and day
    on
        names.report = reports.report
        and totals.advertiser_id = reports.advertiser_id
        and totals.account_date = reports.account_date
where totals.total <> coalesce(reports.spend, 0)
