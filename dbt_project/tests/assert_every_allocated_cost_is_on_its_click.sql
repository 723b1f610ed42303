with allocated as (
    select
        currency,
        sum(cost) as cost
    from {{ ref('int_click_costs_allocated') }}
    where click_id is not null
    group by currency
),

clicks as (
    select
        currency,
        sum(cost) as cost
    from {{ ref('fct_clicks') }}
    group by currency
)

select
    currency,
    allocated.cost as allocated,
    clicks.cost as on_clicks
from allocated
full outer join clicks
    using (currency)
where coalesce(allocated.cost, 0) <> coalesce(clicks.cost, 0)
