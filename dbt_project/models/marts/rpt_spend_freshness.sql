{{ config(materialized='steady_view') }}

-- Per account: how old its spend is, and what of the last 35 days was never read to its end.
with advertisers as (
    select * from {{ ref('stg_tiktok__advertisers') }}
),

pulls as (
    select * from {{ ref('int_spend_pulls') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

unallocated as (
    select * from {{ ref('int_spend_unallocated') }}
),

readings as (
    select
        advertiser_id,
        max(hours_read_at) as last_complete_reading_at,
        max(hours_asked_at) as last_reading_at,
        greatest(
            min(account_date), cast({{ tiktok_now() }} at time zone 'UTC' as date) - 35
        ) as first_date
    from account_days
    group by advertiser_id
),

expected_days as (
    select
        readings.advertiser_id,
        cast(series.day as date) as account_date,
        {{ account_day_ends_at('cast(series.day as date)', 'advertisers.account_time_zone') }}
            as day_ends_at
    from readings
    inner join advertisers -- unique by advertiser_id
        on readings.advertiser_id = advertisers.advertiser_id
    cross join lateral generate_series(
        cast(readings.first_date as timestamp),
        cast(
            cast({{ tiktok_now() }} at time zone advertisers.account_time_zone as date) as timestamp
        ) - interval '1 day',
        interval '1 day'
    ) as series (day)
),

missing_days as (
    select
        expected_days.advertiser_id,
        count(*) as missing_days,
        min(expected_days.account_date) as first_missing_date,
        max(account_days.last_incomplete_reason) as missing_reason
    from expected_days
    left join account_days -- unique by account and day
        on
            expected_days.advertiser_id = account_days.advertiser_id
            and expected_days.account_date = account_days.account_date
    where
        -- A day that has just ended is read with the next run.
        expected_days.day_ends_at + interval '1 hour' * {{ var('spend_is_late_after_hours') }}
        < {{ tiktok_now() }}
        and coalesce(account_days.hours_read_at < expected_days.day_ends_at, true)
    group by expected_days.advertiser_id
),

last_day_pulls as (
    select
        advertiser_id,
        count(*) as pulls,
        count(*) filter (where not is_complete) as incomplete_pulls,
        sum(rows_rejected) as rejected_rows
    from pulls
    where observed_at > {{ tiktok_now() }} - interval '1 day'
    group by advertiser_id
),

open_gaps as (
    select
        advertiser_id,
        sum(spend) as unallocated_spend
    from unallocated
    group by advertiser_id
),

measured as (
    select
        advertisers.advertiser_id,
        advertisers.advertiser_name,
        advertisers.currency,
        missing_days.missing_reason,
        advertisers.is_enabled and advertisers.missing_since is null as is_pulled,
        coalesce(missing_days.missing_days, 0) as missing_days,
        coalesce(last_day_pulls.pulls, 0) as pulls_in_a_day,
        coalesce(last_day_pulls.incomplete_pulls, 0) as incomplete_pulls_in_a_day,
        cast(coalesce(last_day_pulls.rejected_rows, 0) as bigint) as rejected_rows_in_a_day,
        coalesce(open_gaps.unallocated_spend, 0) as unallocated_spend,
        cast(
            extract(epoch from {{ tiktok_now() }} - readings.last_complete_reading_at) / 3600
            as numeric(38, 6)
        ) as hours_behind,
        missing_days.first_missing_date,
        readings.last_reading_at,
        readings.last_complete_reading_at
    from advertisers
    left join readings -- unique by advertiser_id
        on advertisers.advertiser_id = readings.advertiser_id
    left join missing_days -- unique by advertiser_id
        on advertisers.advertiser_id = missing_days.advertiser_id
    left join last_day_pulls -- unique by advertiser_id
        on advertisers.advertiser_id = last_day_pulls.advertiser_id
    left join open_gaps -- unique by advertiser_id
        on advertisers.advertiser_id = open_gaps.advertiser_id
),

final as (
    select
        -- ids
        advertiser_id,
        -- strings
        advertiser_name,
        case
            when not is_pulled then 'not pulled'
            when last_complete_reading_at is null then 'never read'
            when hours_behind > {{ var('spend_is_late_after_hours') }} then 'late'
            when missing_days > 0 then 'incomplete'
            else 'fresh'
        end as freshness,
        missing_reason,
        currency,
        -- numerics
        hours_behind,
        missing_days,
        pulls_in_a_day,
        incomplete_pulls_in_a_day,
        rejected_rows_in_a_day,
        unallocated_spend,
        -- dates
        first_missing_date,
        -- timestamps
        last_reading_at,
        last_complete_reading_at
    from measured
)

select * from final
