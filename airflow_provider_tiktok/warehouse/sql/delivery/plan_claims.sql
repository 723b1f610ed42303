-- A claim reads the first due events from their index, in order, and looks up each one's payload; a
-- receipt looks up each event by its number. Statistics that are behind a large enqueue must not
-- talk the planner into reading whole tables for a thousand rows.
select
    set_config('enable_bitmapscan', 'off', false) as bitmapscan,
    set_config('enable_hashjoin', 'off', false) as hashjoin,
    set_config('enable_mergejoin', 'off', false) as mergejoin,
    set_config('enable_seqscan', 'off', false) as seqscan,
    set_config('enable_sort', 'off', false) as sort,
    set_config('jit', 'off', false) as jit
