select
    set_config('enable_bitmapscan', 'on', false) as bitmapscan,
    set_config('enable_hashjoin', 'on', false) as hashjoin,
    set_config('enable_mergejoin', 'on', false) as mergejoin,
    set_config('enable_seqscan', 'on', false) as seqscan,
    set_config('enable_sort', 'on', false) as sort
