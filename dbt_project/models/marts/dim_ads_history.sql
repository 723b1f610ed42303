-- One row per ad and version of it.
{{ config(materialized='steady_table', unique_key='ad_version_id') }}

with current_rows as (
    select * from {{ ref('stg_tiktok__ads') }}
),

changes as (
    select * from {{ ref('stg_tiktok__dimension_changes') }}
),

versions as (
    {{ dimension_versions(
        'ad', 'ad_id',
        ['advertiser_id', 'campaign_id', 'ad_group_id', 'ad_name', 'landing_page_url', 'operation_status', 'secondary_status'],
        {'ad_group_id': 'adgroup_id'},
    ) }}
),

final as (
    select
        -- ids
        {{ key_of(['ad_id', 'valid_from']) }} as ad_version_id,
        ad_id,
        ad_group_id,
        campaign_id,
        advertiser_id,
        -- strings
        ad_name,
        landing_page_url,
        operation_status,
        secondary_status,
        -- booleans
        is_missing
        or coalesce(secondary_status like '%\_DELETE', false) as is_deleted,
        valid_until is null as is_current,
        -- timestamps
        valid_from,
        valid_until
    from versions
)

select * from final
