-- Whether what PostgreSQL knows of the snapshots is of before this pull made most of them. Its own
-- daemon would come to it in a minute; whoever reads them now would get a plan for an empty table.
select
    %(rows_changed)s > greatest(snapshots.reltuples, 0)
    or (
        %(rows_changed)s > 0
        and not exists (
            select 1
            from pg_catalog.pg_stats
            where pg_stats.schemaname = 'tiktok_raw' and pg_stats.tablename = 'spend_snapshots'
        )
    ) as lacks_statistics
from pg_catalog.pg_class as snapshots
where snapshots.oid = 'tiktok_raw.spend_snapshots'::regclass
