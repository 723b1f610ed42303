{{ config(materialized='steady_table', unique_key='advertiser_id') }}

-- How long TikTok keeps correcting an account's spend, by the evidence of its curve: until it stays
-- within a thousandth of what it became, at least 3 days. Without evidence it is what var
-- `spend_settles_after_days` says.
with maturity as (
    select * from {{ ref('rpt_spend_maturity') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

accounts as (
    select distinct advertiser_id
    from account_days
),

learned as (
    select
        advertiser_id,
        max(age_hours) filter (where abs(1 - share) > 0.001) as last_unsettled,
        max(age_hours) as last_age,
        array_agg(age_hours order by age_hours) as ages
    from maturity
    group by advertiser_id
),

settled as (
    select
        *,
        (
            select min(points.age_hours)
            from unnest(ages) as points (age_hours)
            where points.age_hours > coalesce(last_unsettled, -1)
        ) as settled_from
    from learned
),

final as (
    select
        accounts.advertiser_id,
        settled.settled_from is not null as is_learned,
        interval '1 day' * case
            when settled.settled_from is null then {{ var('spend_settles_after_days') }}
            else least(greatest(ceil(settled.settled_from / 24.0), 3), 35)
        end as settles_after
    from accounts
    left join settled -- unique by advertiser_id
        on accounts.advertiser_id = settled.advertiser_id
)

select * from final
