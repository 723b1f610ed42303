-- The pulls that this run goes by. All spend models take pulls from here, so that a pull that ends
-- in the middle of a run is in none of them, and in all of them after the next.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    post_hook="{{ tiktok.count_rows() }}",
    indexes=[{'columns': ['pull_id'], 'unique': true}, {'columns': ['finished_at']}],
) }}

with pulls as (
    select * from {{ ref('stg_tiktok__report_pulls') }}
),

final as (
    select
        pull_id,
        advertiser_id,
        data_level,
        time_dimension,
        start_date,
        end_date,
        account_time_zone,
        currency,
        observed_at,
        finished_at,
        rows_read,
        rows_changed,
        rows_rejected,
        is_complete,
        incomplete_reason,
        stale_dates
    from pulls
    {% if is_incremental() %}
        where
            not exists (
                select 1 from {{ this }} as known
                where known.pull_id = pulls.pull_id
            )
    {% endif %}
)

select * from final
