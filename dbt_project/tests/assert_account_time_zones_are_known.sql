-- TikTok's hours have no place in UTC without the zone: import the accounts again, or upgrade the
-- time zone data of PostgreSQL. Until then the account's hours are taken as UTC. Runs last, so that
-- the other accounts go on.
-- depends_on: {{ ref('rpt_campaign_roi_daily') }}
{{ config(tags=['tiktok_hourly']) }}

select
    advertiser_id,
    reported_time_zone
from {{ ref('dim_advertisers') }}
where reported_time_zone is distinct from account_time_zone
