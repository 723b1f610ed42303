-- What TikTok says now of each ad and hour. A run takes what pulls have changed since the last one,
-- and an hour before: pulls may become visible in another order than they finished.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='spend_hour_id',
    on_schema_change='fail',
    indexes=[
        {'columns': ['spend_hour_id'], 'unique': true},
        {'columns': ['ad_id', 'account_date']},
        {'columns': ['pull_finished_at']},
    ],
) }}

with versions as (
    select * from {{ ref('int_spend_versioned') }}
),

changed_hours as (
    select distinct
        advertiser_id,
        ad_id,
        account_hour
    from versions
    {% if is_incremental() %}
        where
            pull_finished_at > (
                select max(known.pull_finished_at) - interval '1 hour' from {{ this }} as known
            )
    {% endif %}
),

numbered as (
    select
        versions.*,
        row_number() over versions_of_hour as recency,
        min(versions.observed_at) over versions_of_hour as first_observed_at
    from versions
    inner join changed_hours -- unique by hour
        on
            versions.advertiser_id = changed_hours.advertiser_id
            and versions.ad_id = changed_hours.ad_id
            and versions.account_hour = changed_hours.account_hour
    window versions_of_hour as (
        partition by versions.advertiser_id, versions.ad_id, versions.account_hour
        order by versions.seq desc
        rows between unbounded preceding and unbounded following
    )
),

final as (
    select
        -- ids
        {{ key_of(['advertiser_id', 'ad_id', 'account_hour']) }} as spend_hour_id,
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        pull_id,
        -- strings
        account_time_zone,
        account_hour,
        currency,
        -- numerics
        coalesce(spend, 0) as spend,
        coalesce(impressions, 0) as impressions,
        coalesce(tiktok_clicks, 0) as tiktok_clicks,
        coalesce(tiktok_conversions, 0) as tiktok_conversions,
        coalesce(tiktok_purchases, 0) as tiktok_purchases,
        coalesce(tiktok_purchase_value, 0) as tiktok_purchase_value,
        seq as versions,
        -- booleans
        is_absent,
        is_repeated_hour,
        -- dates
        account_date,
        -- timestamps
        hour_starts_at,
        hour_ends_at,
        first_observed_at,
        observed_at as last_changed_at,
        pull_finished_at
    from numbered
    where recency = 1
)

select * from final
