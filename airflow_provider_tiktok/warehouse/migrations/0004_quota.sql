-- How fast the workers of an app may call together.

-- The calls of an app, counted for every worker together: one row per quota.
--
-- The arrays are rings of slots: element n % size holds the permits given in slot n, 25 ms wide for
-- the second and half a second wide for the minute. A slot is kept for 50 ms (half a second) longer
-- than its window, so that a call may travel that long and no window at TikTok holds too many.
create table tiktok_ops.rate_limits (
    app_key text not null,
    endpoint_group text not null,
    second_slots integer[] not null default array_fill(0, array[43]),
    minute_slots integer[] not null default array_fill(0, array[122]),
    last_at timestamptz not null default tiktok_ops.now(),
    day date,
    day_count bigint not null default 0,
    cooldown_until timestamptz,
    cooldown_seconds double precision,
    primary key (app_key, endpoint_group)
) with (fillfactor = 20);

create function tiktok_ops.slot_of(moment timestamptz, slots_a_second integer) returns bigint
language sql immutable strict parallel safe
return floor(extract(epoch from moment) * slots_a_second)::bigint;

-- Return the ring at moment: what is older than the ring is forgotten.
create function tiktok_ops.turn_ring(
    ring integer[], last_at timestamptz, moment timestamptz, slots_a_second integer
) returns integer[]
language plpgsql immutable strict parallel safe
as $$
declare
    size constant integer := cardinality(ring);
    latest constant bigint := tiktok_ops.slot_of(moment, slots_a_second);
    slot bigint := greatest(
        tiktok_ops.slot_of(last_at, slots_a_second) + 1, latest - size + 1
    );
begin
    while slot <= latest loop
        ring[slot % size + 1] := 0;
        slot := slot + 1;
    end loop;
    return ring;
end;
$$;

-- Return the seconds until the oldest permits of a ring are forgotten.
create function tiktok_ops.ring_wait(
    ring integer[], moment timestamptz, slots_a_second integer
) returns double precision
language plpgsql immutable strict parallel safe
as $$
declare
    size constant integer := cardinality(ring);
    slot bigint := tiktok_ops.slot_of(moment, slots_a_second) - size + 1;
begin
    while ring[slot % size + 1] = 0 loop
        slot := slot + 1;
    end loop;
    return (slot + size)::double precision / slots_a_second - extract(epoch from moment);
end;
$$;

-- Give up to wanted permits now, or none and the seconds to wait before asking again.
create function tiktok_ops.take_permits(
    wanted_app_key text,
    wanted_group text,
    wanted integer,
    per_second integer,
    per_minute integer,
    per_day bigint,
    given_now timestamptz default null,
    out granted integer,
    out wait_seconds double precision
)
language plpgsql
as $$
declare
    meter tiktok_ops.rate_limits;
    moment timestamptz;
    used_second integer;
    used_minute integer;
    is_set_back boolean;
begin
    insert into tiktok_ops.rate_limits (app_key, endpoint_group, last_at)
    values (wanted_app_key, wanted_group, coalesce(given_now, tiktok_ops.now()))
    on conflict do nothing;
    select * into meter from tiktok_ops.rate_limits
    where app_key = wanted_app_key and endpoint_group = wanted_group
    for update;
    -- Read under the lock: whoever waited for it must not count in the past.
    moment := coalesce(given_now, tiktok_ops.now());
    used_second := (select sum(permits) from unnest(meter.second_slots) as slots (permits));
    used_minute := (select sum(permits) from unnest(meter.minute_slots) as slots (permits));
    is_set_back := moment < meter.last_at - interval '5 seconds';
    if is_set_back then
        -- What was given counts as given now, so that nobody waits for the clock to come back.
        meter.second_slots := array_fill(0, array[cardinality(meter.second_slots)]);
        meter.minute_slots := array_fill(0, array[cardinality(meter.minute_slots)]);
        meter.second_slots[
            tiktok_ops.slot_of(moment, 40) % cardinality(meter.second_slots) + 1
        ] := used_second;
        meter.minute_slots[
            tiktok_ops.slot_of(moment, 2) % cardinality(meter.minute_slots) + 1
        ] := used_minute;
    else
        moment := greatest(moment, meter.last_at);
        meter.second_slots := tiktok_ops.turn_ring(meter.second_slots, meter.last_at, moment, 40);
        meter.minute_slots := tiktok_ops.turn_ring(meter.minute_slots, meter.last_at, moment, 2);
        used_second := (select sum(permits) from unnest(meter.second_slots) as slots (permits));
        used_minute := (select sum(permits) from unnest(meter.minute_slots) as slots (permits));
    end if;
    if meter.day is distinct from (moment at time zone 'UTC')::date then
        meter.day := (moment at time zone 'UTC')::date;
        meter.day_count := 0;
    end if;
    if is_set_back then
        meter.cooldown_until := least(
            meter.cooldown_until, moment + make_interval(secs => meter.cooldown_seconds)
        );
    end if;
    wait_seconds := greatest(
        0,
        extract(epoch from meter.cooldown_until - moment),
        case
            when meter.day_count >= per_day
                then extract(epoch from (meter.day + 1)::timestamp at time zone 'UTC' - moment)
        end,
        case
            when used_second >= per_second
                then tiktok_ops.ring_wait(meter.second_slots, moment, 40)
        end,
        case
            when used_minute >= per_minute
                then tiktok_ops.ring_wait(meter.minute_slots, moment, 2)
        end
    );
    granted := case
        when wait_seconds > 0 then 0
        else least(
            wanted, per_second - used_second, per_minute - used_minute, per_day - meter.day_count
        )
    end;
    if granted = 0 and not is_set_back then
        return;
    end if;
    meter.second_slots[
        tiktok_ops.slot_of(moment, 40) % cardinality(meter.second_slots) + 1
    ] := granted
        + meter.second_slots[tiktok_ops.slot_of(moment, 40) % cardinality(meter.second_slots) + 1];
    meter.minute_slots[
        tiktok_ops.slot_of(moment, 2) % cardinality(meter.minute_slots) + 1
    ] := granted
        + meter.minute_slots[tiktok_ops.slot_of(moment, 2) % cardinality(meter.minute_slots) + 1];
    update tiktok_ops.rate_limits set
        second_slots = meter.second_slots,
        minute_slots = meter.minute_slots,
        last_at = moment,
        day = meter.day,
        day_count = meter.day_count + granted,
        cooldown_until = meter.cooldown_until
    where app_key = wanted_app_key and endpoint_group = wanted_group;
end;
$$;
