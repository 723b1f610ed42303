-- Nobody is forgotten while a chunk is written: a person's rows are either seen by the forgetting
-- or find the tombstone.
lock table tiktok_ops.forgotten_subjects in share mode
