-- One row per advertiser account and version of it. In which zone it was reported when is in
-- int_account_zones.
{{ config(materialized='steady_table', unique_key='advertiser_version_id') }}

with current_rows as (
    select * from {{ ref('stg_tiktok__advertisers') }}
),

changes as (
    select * from {{ ref('stg_tiktok__dimension_changes') }}
),

versions as (
    {{ dimension_versions(
        'advertiser', 'advertiser_id',
        ['advertiser_name', 'currency', 'country', 'status'],
        {},
    ) }}
),

final as (
    select
        -- ids
        {{ key_of(['advertiser_id', 'valid_from']) }} as advertiser_version_id,
        advertiser_id,
        -- strings
        advertiser_name,
        currency,
        country,
        status,
        -- booleans
        is_missing as is_deleted,
        valid_until is null as is_current,
        -- timestamps
        valid_from,
        valid_until
    from versions
)

select * from final
