-- What TikTok says now of each ad and hour. A run works on the hours that pulls have changed since;
-- the first one on all, without looking for them in tables that PostgreSQL has not counted yet.
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

-- depends_on: {{ ref('int_spend_pulls') }}
{% if is_incremental() %}
    with pulls as (
        select * from {{ ref('int_spend_pulls') }}
    ),

    changed_hours as (
        select distinct
            advertiser_id,
            ad_id,
            account_hour
        from {{ ref('int_spend_versioned') }}
        where
        {{ is_one_of_few(
            'pull_id', 'select pulls.pull_id from pulls where ' ~ is_new_pull('pulls', this)
        ) }}
    ),

    wanted_versions as (
        select versions.*
        from changed_hours
        inner join {{ looked_up(ref('int_spend_versioned'), 'versions', [
        'versions.advertiser_id = changed_hours.advertiser_id',
        'versions.ad_id = changed_hours.ad_id',
        'versions.account_hour = changed_hours.account_hour',
    ]) }}
    ),
{% else %}
    with wanted_versions as (
        select * from {{ ref('int_spend_versioned') }}
    ),
{% endif %}

final as (
    {{ newest_spend_versions('wanted_versions') }}
)

select * from final
