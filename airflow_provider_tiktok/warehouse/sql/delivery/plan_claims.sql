-- A claim reads the first due events from their index, in order, and looks up what belongs to them;
-- a receipt looks up each event by its number. Statistics that are behind a large enqueue must not
-- talk the planner into reading whole tables for a thousand rows. Every batch asks the same, so
-- that it is planned once.
select
    set_config('enable_bitmapscan', 'off', false) as bitmapscan,
    set_config('enable_hashjoin', 'off', false) as hashjoin,
    set_config('enable_mergejoin', 'off', false) as mergejoin,
    set_config('enable_seqscan', 'off', false) as seqscan,
    set_config('enable_sort', 'off', false) as sort,
    set_config('jit', 'off', false) as jit,
    set_config('plan_cache_mode', 'force_generic_plan', false) as plan_cache_mode
