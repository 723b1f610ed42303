-- Each snapshot minus the one before it. The deltas of an ad and hour add up to what TikTok says
-- now. Deltas never change: an hour's run adds those of the pulls that have none here yet.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[
        {'columns': ['spend_delta_id'], 'unique': true},
        {'columns': ['pull_id']},
        {'columns': ['spend_hour_id']},
        {'columns': ['advertiser_id', 'account_date', 'pull_finished_at']},
        {'columns': ['pull_finished_at']},
    ],
) }}

with pulls as (
    select * from {{ ref('int_spend_pulls') }}
),

versions as (
    select * from {{ ref('int_spend_versioned') }}
    {% if is_incremental() %}
        where {{ is_one_of_few('pull_id', pulls_without_deltas('pulls', this)) }}
    {% endif %}
),

with_previous as (
    select
        versions.*,
        previous.spend as previous_spend,
        previous.impressions as previous_impressions,
        previous.tiktok_clicks as previous_tiktok_clicks,
        previous.tiktok_conversions as previous_tiktok_conversions,
        previous.tiktok_purchases as previous_tiktok_purchases,
        previous.tiktok_purchase_value as previous_tiktok_purchase_value
    from versions
    -- unique by hour and seq, which has no gaps
    left join {{ looked_up(ref('int_spend_versioned'), 'previous', [
        'previous.advertiser_id = versions.advertiser_id',
        'previous.ad_id = versions.ad_id',
        'previous.account_hour = versions.account_hour',
        'previous.seq = versions.seq - 1',
    ]) }}
),

final as (
    select
        -- ids
        {{ key_of(['advertiser_id', 'ad_id', 'account_hour', 'seq']) }} as spend_delta_id,
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
        seq,
        {{ delta_of('spend') }} as spend_delta,
        {{ delta_of('impressions') }} as impressions_delta,
        {{ delta_of('tiktok_clicks') }} as tiktok_clicks_delta,
        {{ delta_of('tiktok_conversions') }} as tiktok_conversions_delta,
        {{ delta_of('tiktok_purchases') }} as tiktok_purchases_delta,
        {{ delta_of('tiktok_purchase_value') }} as tiktok_purchase_value_delta,
        -- booleans
        seq > 1 as is_restatement,
        is_absent,
        -- dates
        account_date,
        -- timestamps
        hour_starts_at,
        hour_ends_at,
        observed_at,
        pull_finished_at
    from with_previous
)

select * from final
