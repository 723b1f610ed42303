-- Every day from the first spend to today, which dbt's semantic layer joins time to.
{{ config(materialized='steady_view') }}

with spend as (
    select * from {{ ref('int_account_hours') }}
),

bounds as (
    select
        min(account_date) as first_date,
        greatest(max(account_date), cast({{ tiktok_now() }} as date)) as last_date
    from spend
),

final as (
    select cast(series.day as date) as date_day
    from bounds
    cross join lateral generate_series(
        bounds.first_date, bounds.last_date, interval '1 day'
    ) as series (day)
)

select * from final
