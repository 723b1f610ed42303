-- One enqueue per export view at a time: the second finds nothing left to do.
select pg_advisory_lock(hashtextextended('tiktok_ops.enqueue ' || %(relation)s, 0))
