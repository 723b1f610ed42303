{{ config(
    materialized='table',
    indexes=[{'columns': ['click_id']}],
    post_hook="{{ tiktok.count_rows() }}",
) }}

-- Clicks that have changed themselves, in what they cost, or in whose they are.
-- depends_on: {{ ref('int_click_costs_allocated') }}
with clicks as (
    select * from {{ ref('int_tiktok_clicks') }}
),

changed_names as (
    select * from {{ ref('int_changed_names') }}
),

final as (
    {{ changed_keys('click') }}
    union
    select clicks.click_id as key
    from clicks
    inner join changed_names
        on clicks.visitor_id = changed_names.visitor_id
)

select key as click_id
from final
