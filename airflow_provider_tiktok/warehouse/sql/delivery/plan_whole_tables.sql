-- All waiting events are compared with all rows of a view: one by one would never end.
select
    set_config('enable_nestloop', 'off', true) as nestloop,
    set_config('enable_hashjoin', 'on', true) as hashjoin,
    set_config('enable_seqscan', 'on', true) as seqscan,
    set_config('enable_sort', 'on', true) as sort,
    set_config('plan_cache_mode', 'auto', true) as plan_cache_mode
