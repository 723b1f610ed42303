-- The hours of a clock follow each other without gap or overlap, also where the clocks change.
with hours as (
    select
        *,
        lead(starts_at) over (
            partition by account_time_zone order by account_hour
        ) as next_starts_at
    from {{ ref('int_account_hours') }}
)

select
    account_time_zone,
    account_hour,
    starts_at,
    ends_at
from hours
where
    next_starts_at <> ends_at
    or ends_at < starts_at
    or ends_at > starts_at + interval '3 hours'
