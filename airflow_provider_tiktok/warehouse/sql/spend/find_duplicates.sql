-- A key that came twice: the two passes of a repeated hour, or a row that moved between pages.
with keys as (
    select
        stat_time,
        stat_time = any(%(repeated_hours)s::text[]) as is_repeated_hour,
        count(*) as copies,
        count(distinct page) > 1
        and count(
            distinct row(
                spend,
                impressions,
                clicks,
                conversion,
                complete_payment,
                total_complete_payment_rate
            )
        ) = 1 as is_same_on_two_pages
    from staged_spend
    group by stat_time, entity_id
    having count(*) > 1
)

select
    count(*) as duplicate_keys,
    count(*) filter (where not is_repeated_hour or copies > 2) as shifted_keys,
    count(*) filter (where is_same_on_two_pages) as same_on_two_pages
from keys
