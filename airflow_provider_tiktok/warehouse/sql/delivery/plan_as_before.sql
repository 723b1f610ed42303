select
    set_config('enable_bitmapscan', 'on', false) as bitmapscan,
    set_config('enable_sort', 'on', false) as sort
