-- Every ad that TikTok ever charged for, with its parents as the reports name them. Snapshots are
-- never taken back, so a run only adds to what it finds in those of new pulls.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='ad_id',
    on_schema_change='fail',
    indexes=[{'columns': ['ad_id'], 'unique': true}],
) }}

with versions as (
    select * from {{ ref('int_spend_versioned') }}
),

pulls as (
    select * from {{ ref('int_spend_pulls') }}
),

seen as (
    select
        ad_id,
        ad_group_id,
        campaign_id,
        advertiser_id,
        hour_starts_at as first_hour_at,
        hour_starts_at as last_hour_at,
        pull_finished_at
    from versions
    {% if is_incremental() %}
        where
            {{ is_one_of_few(
                'pull_id', 'select pulls.pull_id from pulls where ' ~ is_new_pull('pulls', this)
            ) }}
        union all
        select
            ad_id,
            ad_group_id,
            campaign_id,
            advertiser_id,
            first_hour_at,
            last_hour_at,
            pull_finished_at
        from {{ this }}
    {% endif %}
),

final as (
    select
        ad_id,
        max(ad_group_id) as ad_group_id,
        max(campaign_id) as campaign_id,
        max(advertiser_id) as advertiser_id,
        min(first_hour_at) as first_hour_at,
        max(last_hour_at) as last_hour_at,
        max(pull_finished_at) as pull_finished_at
    from seen
    group by ad_id
)

select * from final
