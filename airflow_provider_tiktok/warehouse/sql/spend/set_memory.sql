-- The comparison hashes a day of keys; in the default 4 MB it would spill to disk.
set local work_mem = '64MB'
