{{ config(materialized='steady_view') }}

-- How much of its final spend an account's hour carries at each age, learned from its settled days
-- of the last 90.
with days as (
    select * from {{ ref('int_spend_maturity_days') }}
),

final as (
    select
        -- ids
        advertiser_id,
        -- numerics
        age_hours,
        cast(sum(spend) / nullif(sum(final_spend), 0) as numeric(38, 6)) as share,
        sum(final_spend) as final_spend,
        count(*) as days
    from days
    where
        account_date
        between cast({{ tiktok_now() }} at time zone 'UTC' as date) - 90
        and cast({{ tiktok_now() }} at time zone 'UTC' as date)
    group by advertiser_id, age_hours
    having sum(final_spend) <> 0
)

select * from final
