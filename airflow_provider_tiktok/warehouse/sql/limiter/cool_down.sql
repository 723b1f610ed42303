insert into tiktok_ops.rate_limits as known (
    app_key,
    endpoint_group,
    last_at,
    cooldown_until,
    cooldown_seconds
)
select
    %(app_key)s,
    %(endpoint_group)s,
    clock.now,
    clock.now + make_interval(secs => %(seconds)s) as cooldown_until,
    %(seconds)s
from (select coalesce(%(now)s::timestamptz, tiktok_ops.now()) as now) as clock
on conflict (app_key, endpoint_group) do update set
    cooldown_until = greatest(known.cooldown_until, excluded.cooldown_until),
    cooldown_seconds = extract(
        epoch from greatest(known.cooldown_until, excluded.cooldown_until) - excluded.last_at
    ),
    -- The first to tell of a refusal doubles the distance; see migration 0013.
    second_slots = case
        when known.cooldown_until > excluded.last_at then known.second_slots
        else tiktok_ops.gather_ring(
            known.second_slots,
            least(201 + 2 * (cardinality(known.second_slots) - 201), 257),
            known.last_at,
            200
        )
    end
