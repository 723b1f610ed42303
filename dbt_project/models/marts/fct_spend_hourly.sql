{{ config(materialized='steady_view') }}

with spend as (
    select * from {{ ref('int_spend_latest') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

{{ spend_context() }},

final as (
    {{ spend_hourly(tiktok_now()) }}
)

select * from final
