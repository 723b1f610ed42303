-- What TikTok says now of each ad and day, from its hours. A run works on the days whose hours have
-- changed; a day whose currency or zone changed has no row left of what it was.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['advertiser_id', 'ad_id', 'account_date'],
    on_schema_change='fail',
    indexes=[
        {'columns': ['spend_day_id'], 'unique': true},
        {'columns': ['ad_id', 'account_date']},
        {'columns': ['pull_finished_at']},
    ],
) }}

with changed_days as (
    select distinct
        advertiser_id,
        ad_id,
        account_date
    from {{ ref('int_spend_latest') }}
    {% if is_incremental() %}
        where
            pull_finished_at > (
                select max(known.pull_finished_at) - interval '1 hour' from {{ this }} as known
            )
    {% endif %}
),

summed as (
    select
        spend.advertiser_id,
        spend.ad_id,
        spend.account_date,
        spend.account_time_zone,
        spend.currency,
        max(spend.campaign_id) as campaign_id,
        max(spend.ad_group_id) as ad_group_id,
        sum(spend.spend) as spend,
        sum(spend.impressions) as impressions,
        sum(spend.tiktok_clicks) as tiktok_clicks,
        sum(spend.tiktok_conversions) as tiktok_conversions,
        sum(spend.tiktok_purchases) as tiktok_purchases,
        sum(spend.tiktok_purchase_value) as tiktok_purchase_value,
        count(*) as hours,
        min(spend.hour_starts_at) as first_hour_at,
        max(spend.hour_ends_at) as last_hour_ends_at,
        min(spend.first_observed_at) as first_observed_at,
        max(spend.last_changed_at) as last_changed_at,
        max(spend.pull_finished_at) as pull_finished_at
    from changed_days
    inner join {{ looked_up(ref('int_spend_latest'), 'spend', [
        'spend.advertiser_id = changed_days.advertiser_id',
        'spend.ad_id = changed_days.ad_id',
        'spend.account_date = changed_days.account_date',
    ]) }}
    group by
        spend.advertiser_id,
        spend.ad_id,
        spend.account_date,
        spend.account_time_zone,
        spend.currency
),

final as (
    select
        {{ key_of(['advertiser_id', 'ad_id', 'account_date', 'account_time_zone', 'currency']) }}
            as spend_day_id,
        summed.*
    from summed
)

select * from final
