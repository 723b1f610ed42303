-- Remove old pulls that nothing stands on: no value came with them, nothing was rejected, no order
-- of a report names them, and a newer complete pull has read the same days.
with candidates as materialized (
    select
        old_pulls.pull_id,
        old_pulls.advertiser_id,
        old_pulls.data_level,
        old_pulls.time_dimension,
        old_pulls.start_date,
        old_pulls.end_date
    from tiktok_raw.report_pulls as old_pulls
    where
        old_pulls.observed_at < tiktok_ops.now() - %(age)s::interval
        and not exists (
            select 1
            from tiktok_raw.spend_snapshots as snapshots
            where snapshots.pull_id = old_pulls.pull_id
        )
        and not exists (
            select 1
            from tiktok_raw.spend_gaps as gaps
            where gaps.pull_id = old_pulls.pull_id
        )
        and not exists (
            select 1
            from tiktok_raw.rejected_report_rows as rejected
            where rejected.pull_id = old_pulls.pull_id
        )
        and not exists (
            select 1
            from tiktok_ops.report_tasks as report_tasks
            where report_tasks.pull_id = old_pulls.pull_id
        )
),

-- One look into the index for each: a join would compare every old pull with every newer one. A
-- page of whole days covers a month at most, so what ends much later does not cover it.
removable as (
    select candidates.pull_id
    from candidates
    cross join
        lateral (
            select 1 as is_covered
            from tiktok_raw.report_pulls as newer
            where
                newer.advertiser_id = candidates.advertiser_id
                and newer.data_level = candidates.data_level
                and newer.time_dimension = candidates.time_dimension
                and newer.end_date >= candidates.end_date
                and newer.end_date <= candidates.start_date + 40
                and newer.start_date <= candidates.start_date
                and newer.is_complete
                and newer.pull_id > candidates.pull_id
            order by newer.end_date asc
            limit 1
        ) as covered
    order by candidates.pull_id
    limit %(most_rows)s
)

delete from tiktok_raw.report_pulls as pulls
using removable
where removable.pull_id = pulls.pull_id
