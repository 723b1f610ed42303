select pg_advisory_unlock(hashtextextended('tiktok_ops.enqueue ' || %(relation)s, 0))
