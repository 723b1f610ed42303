{{ config(materialized='steady_table', unique_key=['advertiser_id', 'valid_from']) }}

-- In which zone TikTok reported an account when: one row for most, and one more for each time that
-- an account's zone was changed. A click takes the zone in which the spend of its hour is written.
with account_days as (
    select * from {{ ref('int_account_days') }}
),

account_hours as (
    select * from {{ ref('int_account_hours') }}
),

changes as (
    select
        *,
        lag(account_time_zone) over account_in_order as zone_before
    from account_days
    window account_in_order as (partition by advertiser_id order by account_date)
),

placed as (
    select
        changes.advertiser_id,
        changes.account_time_zone,
        case
            when changes.zone_before is null then cast('1970-01-01 00:00+00' as timestamptz)
            else account_hours.starts_at
        end as valid_from
    from changes
    inner join account_hours -- unique by zone and hour
        on
            changes.account_time_zone = account_hours.account_time_zone
            and {{ account_hour_at('changes.account_date', '0') }} = account_hours.account_hour
    where changes.account_time_zone is distinct from changes.zone_before
),

final as (
    select
        advertiser_id,
        account_time_zone,
        valid_from,
        lead(valid_from) over (partition by advertiser_id order by valid_from) as valid_until
    from placed
)

select * from final
