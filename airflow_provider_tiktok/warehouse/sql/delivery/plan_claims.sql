-- A claim reads the first due events from their index, in order. Statistics that are behind a
-- large enqueue must not talk the planner into sorting the whole backlog.
select
    set_config('enable_bitmapscan', 'off', false) as bitmapscan,
    set_config('enable_sort', 'off', false) as sort,
    set_config('jit', 'off', false) as jit
