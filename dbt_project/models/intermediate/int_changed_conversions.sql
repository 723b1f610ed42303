{{ config(
    materialized='table',
    indexes=[{'columns': ['conversion_id']}],
    post_hook="{{ tiktok.count_rows() }}",
) }}

-- Conversions that may have changed in any way: all of the persons of whom anything has changed,
-- and those that are gone.
with conversions as (
    select * from {{ ref('int_conversions_unioned') }}
),

changed_names as (
    select * from {{ ref('int_changed_names') }}
),

final as (
    select conversions.conversion_id
    from conversions
    inner join changed_names
        on conversions.name = changed_names.name
    union
    {{ changed_keys('conversion') }}
)

select * from final
