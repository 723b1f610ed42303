-- How much of a settled day's spend was known when its hours had each age of the curve. A run works
-- on the days that have settled since, and on those that were changed afterwards.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['advertiser_id', 'account_date'],
    on_schema_change='fail',
    indexes=[
        {'columns': ['advertiser_id', 'account_date', 'age_hours'], 'unique': true},
    ],
) }}

with account_days as (
    select * from {{ ref('int_account_days') }}
),

settled_days as (
    select
        account_days.advertiser_id,
        account_days.account_date
    from account_days
    where
        account_days.account_date
        < cast({{ tiktok_now() }} at time zone 'UTC' as date) - {{ var('spend_is_settled_days') }}
        {% if is_incremental() %}
            and (
                not exists (
                    select 1 from {{ this }} as known
                    where
                        known.advertiser_id = account_days.advertiser_id
                        and known.account_date = account_days.account_date
                )
                or exists (
                    select 1 from {{ ref('fct_spend_deltas') }} as later
                    where
                        later.advertiser_id = account_days.advertiser_id
                        and later.account_date = account_days.account_date
                        and later.pull_finished_at > (
                            select max(known.pull_finished_at) from {{ this }} as known
                            where
                                known.advertiser_id = account_days.advertiser_id
                                and known.account_date = account_days.account_date
                        )
                )
            )
        {% endif %}
),

aged as (
    select
        deltas.advertiser_id,
        deltas.account_date,
        deltas.spend_delta,
        deltas.pull_finished_at,
        {{ maturity_age_of_change('deltas.observed_at - deltas.hour_ends_at') }} as age_hours
    from settled_days
    inner join {{ looked_up(ref('fct_spend_deltas'), 'deltas', [
        'deltas.advertiser_id = settled_days.advertiser_id',
        'deltas.account_date = settled_days.account_date',
    ]) }}
),

summed as (
    select
        advertiser_id,
        account_date,
        age_hours,
        sum(spend_delta) as spend,
        max(pull_finished_at) as pull_finished_at
    from aged
    group by advertiser_id, account_date, age_hours
),

points as (
    select
        summed.advertiser_id,
        summed.account_date,
        ages.age_hours,
        coalesce(sum(summed.spend) filter (where summed.age_hours <= ages.age_hours), 0) as spend,
        sum(summed.spend) as final_spend,
        max(summed.pull_finished_at) as pull_finished_at
    from summed
    cross join unnest(array{{ maturity_ages() }}) as ages (age_hours)
    group by summed.advertiser_id, summed.account_date, ages.age_hours
)

select * from points
