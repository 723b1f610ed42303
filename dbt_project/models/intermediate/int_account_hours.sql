-- Every hour of every account clock that a pull has asked for, placed in UTC. The only place where
-- spend gets its UTC time. Hours never move, so a run adds the days that are new; a full refresh
-- takes up newer rules for a time zone.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    post_hook="{{ tiktok.count_rows() }}",
    indexes=[{'columns': ['account_time_zone', 'account_hour'], 'unique': true}],
) }}

with pulls as (
    select * from {{ ref('int_spend_pulls') }}
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

days as (
    select
        asked.account_time_zone,
        cast(series.local_day as date) as account_date
    from asked
    cross join lateral generate_series(
        cast(asked.first_date as timestamp), cast(asked.last_date as timestamp), interval '1 day'
    ) as series (local_day)
),

hours as (
    select
        days.account_time_zone,
        days.account_date,
        {{ account_hour_at('days.account_date', 'series.hour') }} as account_hour,
        {{ account_hour_at('days.account_date', 'series.hour + 1') }} as next_account_hour
    from days
    cross join lateral generate_series(0, 23) as series (hour)
    {% if is_incremental() %}
        where
            not exists (
                select 1 from {{ this }} as known
                where
                    known.account_time_zone = days.account_time_zone
                    and known.account_hour = {{ account_hour_at('days.account_date', '0') }}
            )
    {% endif %}
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
        {{ in_byte_order('account_hour') }} as account_hour,
        account_date,
        ends_at - starts_at > interval '1 hour' as is_repeated,
        ends_at = starts_at as is_skipped,
        starts_at,
        ends_at
    from placed
)

select * from final
