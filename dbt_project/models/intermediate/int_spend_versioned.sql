{{ config(materialized='steady_view') }}

-- Every value that TikTok ever reported for an ad and hour, of the pulls that the run goes by. A
-- view: the snapshots are its table.
with snapshots as (
    select *
    from {{ ref('stg_tiktok__spend_snapshots') }}
    where data_level = 'AUCTION_AD' and time_dimension = 'stat_time_hour'
),

pulls as (
    select * from {{ ref('int_spend_pulls') }}
),

account_hours as (
    select * from {{ ref('int_account_hours') }}
),

final as (
    select
        -- ids
        snapshots.advertiser_id,
        snapshots.campaign_id,
        snapshots.ad_group_id,
        snapshots.entity_id as ad_id,
        snapshots.pull_id,
        -- strings
        pulls.account_time_zone,
        snapshots.account_hour,
        coalesce(snapshots.currency, pulls.currency) as currency,
        -- numerics
        snapshots.seq,
        snapshots.spend,
        snapshots.impressions,
        snapshots.tiktok_clicks,
        snapshots.tiktok_conversions,
        snapshots.tiktok_purchases,
        snapshots.tiktok_purchase_value,
        -- booleans
        snapshots.is_absent,
        account_hours.is_repeated as is_repeated_hour,
        -- dates
        {{ account_date_of('snapshots.account_hour') }} as account_date,
        -- timestamps
        account_hours.starts_at as hour_starts_at,
        account_hours.ends_at as hour_ends_at,
        snapshots.observed_at,
        pulls.finished_at as pull_finished_at
    from snapshots
    inner join pulls -- unique by pull_id
        on snapshots.pull_id = pulls.pull_id
    left join account_hours -- unique by zone and hour
        on
            pulls.account_time_zone = account_hours.account_time_zone
            and snapshots.account_hour = account_hours.account_hour
)

select * from final
