{{ config(
    materialized='steady_table', unique_key=['account_time_zone', 'account_hour']
) }}

-- Every hour of every account clock that a pull has asked for, placed in UTC. The only place where
-- spend gets its UTC time.
with pulls as (
    select * from {{ ref('stg_tiktok__report_pulls') }}
),

asked as (
    select
        account_time_zone,
        min(start_date) as first_date,
        max(end_date) as last_date
    from pulls
    where {{ known_time_zone('account_time_zone') }} is not null
    group by account_time_zone
),

hours as (
    select
        asked.account_time_zone,
        cast(series.local_hour as date) as account_date,
        to_char(series.local_hour, 'YYYY-MM-DD HH24:00:00') as account_hour,
        to_char(series.local_hour + interval '1 hour', 'YYYY-MM-DD HH24:00:00') as next_account_hour
    from asked
    cross join lateral generate_series(
        cast(asked.first_date as timestamp),
        cast(asked.last_date as timestamp) + interval '23 hours',
        interval '1 hour'
    ) as series (local_hour)
),

placed as (
    select
        *,
        {{ account_hour_starts_at('account_hour', 'account_time_zone') }} as starts_at,
        {{ account_hour_starts_at('next_account_hour', 'account_time_zone') }} as ends_at
    from hours
),

final as (
    select
        account_time_zone,
        account_hour,
        account_date,
        ends_at - starts_at > interval '1 hour' as is_repeated,
        ends_at = starts_at as is_skipped,
        starts_at,
        ends_at
    from placed
)

select * from final
