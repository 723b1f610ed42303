{{ config(materialized='steady_table', unique_key=['from_currency', 'account_date']) }}

-- What a unit of a currency is worth in the reporting currency on each day. A day without a rate
-- takes the last one before it, for some days; after that it has none, and a test says so.
with rates as (
    select * from {{ ref('stg_finance__exchange_rates') }}
    where
        to_currency = '{{ var('tiktok_reporting_currency') }}'
        and rate > 0
),

valid as (
    select
        *,
        least(
            rate_date + {{ var('exchange_rate_max_age_days') }},
            lead(rate_date) over (partition by from_currency order by rate_date) - 1
        ) as last_date
    from rates
),

final as (
    select
        valid.from_currency,
        cast(series.day as date) as account_date,
        valid.rate_date,
        valid.rate
    from valid
    cross join lateral generate_series(
        cast(valid.rate_date as timestamp), cast(valid.last_date as timestamp), interval '1 day'
    ) as series (day)
)

select * from final
