-- What TikTok says now of each ad and hour. A run works on the hours that pulls have changed since.
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

pulls as (
    select * from {{ ref('int_spend_pulls') }}
),

changed_hours as (
    select distinct
        advertiser_id,
        ad_id,
        account_hour
    from versions
    {% if is_incremental() %}
        where
            {{ is_one_of_few(
                'pull_id', 'select pulls.pull_id from pulls where ' ~ is_new_pull('pulls', this)
            ) }}
    {% endif %}
),

changed_versions as (
    select versions.*
    from versions
    inner join changed_hours -- unique by hour
        on
            versions.advertiser_id = changed_hours.advertiser_id
            and versions.ad_id = changed_hours.ad_id
            and versions.account_hour = changed_hours.account_hour
),

final as (
    {{ newest_spend_versions('changed_versions') }}
)

select * from final
