reset enable_bitmapscan;
reset enable_hashjoin;
reset enable_mergejoin;
reset enable_seqscan;
reset enable_sort;
reset jit;
reset plan_cache_mode;
