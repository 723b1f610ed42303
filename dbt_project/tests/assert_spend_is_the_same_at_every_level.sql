-- What ads cost, from the snapshots to the reports: nothing lost or doubled, to the last decimal.
-- What an account cost beyond its ads is left out here; assert_account_totals_are_tiktoks has it.
with newest_snapshots as (
    select distinct on (advertiser_id, entity_id, account_hour)
        advertiser_id,
        spend
    from {{ ref('stg_tiktok__spend_snapshots') }}
    where data_level = 'AUCTION_AD' and time_dimension = 'stat_time_hour'
    order by advertiser_id asc, entity_id asc, account_hour asc, seq desc
),

levels as (
    select
        'snapshots' as level,
        advertiser_id,
        sum(spend) as spend
    from newest_snapshots
    group by advertiser_id
    union all
    select
        'fct_spend_hourly' as level,
        advertiser_id,
        sum(spend) as spend
    from {{ ref('fct_spend_hourly') }}
    group by advertiser_id
    union all
    select
        'fct_spend_daily' as level,
        advertiser_id,
        sum(spend) as spend
    from {{ ref('fct_spend_daily') }}
    where spend_status <> 'unallocated'
    group by advertiser_id
    union all
    select
        'int_click_costs_allocated' as level,
        advertiser_id,
        sum(cost) as spend
    from {{ ref('int_click_costs_allocated') }}
    group by advertiser_id
    union all
    select
        'rpt_ad_roi_hourly' as level,
        advertiser_id,
        sum(spend) as spend
    from {{ ref('rpt_ad_roi_hourly') }}
    where spend_status <> 'unallocated'
    group by advertiser_id
    union all
    select
        'rpt_ad_roi_daily' as level,
        advertiser_id,
        sum(spend) as spend
    from {{ ref('rpt_ad_roi_daily') }}
    where spend_status <> 'unallocated'
    group by advertiser_id
    union all
    select
        'rpt_campaign_roi_daily' as level,
        advertiser_id,
        sum(spend - unallocated_spend) as spend
    from {{ ref('rpt_campaign_roi_daily') }}
    group by advertiser_id
    union all
    select
        'rpt_attribution_gap' as level,
        advertiser_id,
        sum(spend) as spend
    from {{ ref('rpt_attribution_gap') }}
    group by advertiser_id
)

select
    advertiser_id,
    jsonb_object_agg(level, spend) as spend_by_level
from levels
where spend <> 0
group by advertiser_id
having count(*) <> 8 or min(spend) <> max(spend)
