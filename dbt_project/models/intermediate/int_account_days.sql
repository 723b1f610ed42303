{{ config(materialized='steady_table', unique_key=['advertiser_id', 'account_date']) }}

-- Every day of an account that its ads' reports were asked for by the hour: in which zone it was
-- last read, and when it was last read to its end.
with pulls as (
    select * from {{ ref('int_spend_pulls') }}
),

final as (
    {{ account_days_read('pulls') }}
)

select * from final
