{{ config(materialized='steady_view') }}

-- What a day of an account cost beyond the hours of its ads, as it stands: one row per campaign
-- that is known to have cost it, and one for what no campaign explains.
with gaps as (
    select * from {{ ref('stg_tiktok__spend_gaps') }}
),

pulls as (
    select * from {{ ref('int_spend_pulls') }}
),

newest as (
    select distinct on (gaps.advertiser_id, gaps.account_date, gaps.campaign_id)
        gaps.*,
        pulls.account_time_zone,
        pulls.finished_at as pull_finished_at
    from gaps
    inner join pulls -- unique by pull_id
        on gaps.pull_id = pulls.pull_id
    order by
        gaps.advertiser_id asc,
        gaps.account_date asc,
        gaps.campaign_id asc,
        gaps.seq desc
),

final as (
    select
        {{ key_of(['advertiser_id', "'unallocated'", 'campaign_id', 'account_date']) }}
            as spend_day_id,
        advertiser_id,
        campaign_id,
        account_date,
        account_time_zone,
        currency,
        reason,
        spend,
        impressions,
        tiktok_clicks,
        tiktok_conversions,
        observed_at,
        pull_finished_at
    from newest
    where reason <> 'closed'
)

select * from final
