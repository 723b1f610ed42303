-- Ads and days with clicks and no spend, or with spend and no click, and what is known about each.
{{ config(materialized='steady_view') }}

with ad_roi_daily as (
    select * from {{ ref('rpt_ad_roi_daily') }}
),

clicks as (
    select * from {{ ref('fct_clicks') }}
),

landing_hits as (
    select * from {{ ref('int_landing_hits') }}
),

ads as (
    select * from {{ ref('dim_ads') }}
),

ad_groups as (
    select * from {{ ref('stg_tiktok__ad_groups') }}
),

days as (
    select * from ad_roi_daily
    where is_attributed and spend_status <> 'unallocated'
),

clicks_without_ad as (
    select
        advertiser_id,
        account_date,
        max(parameter_problems) as parameter_problems
    from clicks
    where ad_id is null
    group by advertiser_id, account_date
),

bots as (
    select distinct
        landing_hits.ad_id,
        days.account_date
    from landing_hits
    inner join days -- the days of the ad
        on landing_hits.ad_id = days.ad_id
    where
        landing_hits.is_unwanted
        and {{ account_date_of(
            account_hour_of('landing_hits.occurred_at', 'days.account_time_zone')
        ) }} = days.account_date
),

bounds as (
    select
        advertiser_id,
        max(account_date) filter (where spend <> 0) as last_spend_date,
        max(account_date) filter (where clicks > 0) as last_click_date
    from days
    group by advertiser_id
),

final as (
    select
        days.*,
        clicks_without_ad.parameter_problems,
        bounds.last_spend_date,
        bounds.last_click_date,
        ads.ad_id is not null as is_ad_known,
        coalesce(ads.is_deleted, false) as is_ad_deleted,
        ads.landing_page_url,
        bots.ad_id is not null as has_bots,
        ad_groups.ad_group_id is not null as is_ad_group_in_ad_id,
        exists(
            select 1
            from days as twins
            where twins.ad_id = days.ad_group_id and twins.account_date = days.account_date
        ) as has_clicks_with_its_ad_group,
        exists(
            select 1
            from days as neighbours
            where
                neighbours.ad_id = days.ad_id
                and neighbours.account_date between days.account_date - 1 and days.account_date + 1
                and (
                    (days.spend = 0 and neighbours.spend <> 0 and neighbours.clicks = 0)
                    or (days.clicks = 0 and neighbours.clicks > 0 and neighbours.spend = 0)
                )
        ) as has_its_match_next_day
    from days
    left join clicks_without_ad -- unique by account and day
        on
            days.advertiser_id = clicks_without_ad.advertiser_id
            and days.account_date = clicks_without_ad.account_date
    left join bounds -- unique by account
        on days.advertiser_id = bounds.advertiser_id
    left join ads -- unique by ad_id
        on days.ad_id = ads.ad_id
    left join bots -- unique by ad and day
        on
            days.ad_id = bots.ad_id
            and days.account_date = bots.account_date
    left join ad_groups -- unique by ad_group_id
        on days.ad_id = ad_groups.ad_group_id
    where (days.clicks > 0) <> (days.spend <> 0)
)

select * from final
