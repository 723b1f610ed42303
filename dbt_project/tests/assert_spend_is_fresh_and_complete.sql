-- Accounts whose spend is late or has days that were never read to their end: look at DAG
-- tiktok_spend, then at tiktok_raw.pull_log for the reason.
{{ config(severity='warn', tags=['tiktok_hourly']) }}

select
    advertiser_id,
    freshness,
    hours_behind,
    missing_days,
    first_missing_date,
    missing_reason
from {{ ref('rpt_spend_freshness') }}
where freshness in ('late', 'incomplete')
