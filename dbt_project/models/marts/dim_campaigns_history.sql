-- One row per campaign and version of it: a renamed campaign keeps its old name for its old days.
{{ config(materialized='steady_table', unique_key='campaign_version_id') }}

with current_rows as (
    select * from {{ ref('stg_tiktok__campaigns') }}
),

changes as (
    select * from {{ ref('stg_tiktok__dimension_changes') }}
),

versions as (
    {{ dimension_versions(
        'campaign', 'campaign_id',
        ['advertiser_id', 'campaign_name', 'objective_type', 'operation_status', 'secondary_status'],
        {},
    ) }}
),

final as (
    select
        -- ids
        {{ key_of(['campaign_id', 'valid_from']) }} as campaign_version_id,
        campaign_id,
        advertiser_id,
        -- strings
        campaign_name,
        objective_type,
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
