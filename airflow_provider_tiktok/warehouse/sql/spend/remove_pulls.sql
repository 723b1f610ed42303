-- Remove old pulls that nothing stands on: no value came with them, nothing was rejected, no order
-- of a report names them, and a newer complete pull has read the same days.
delete from tiktok_raw.report_pulls as pulls
where
    pulls.pull_id in (
        select old_pulls.pull_id
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
            and exists (
                select 1
                from tiktok_raw.report_pulls as newer
                where
                    newer.advertiser_id = old_pulls.advertiser_id
                    and newer.data_level = old_pulls.data_level
                    and newer.time_dimension = old_pulls.time_dimension
                    and newer.end_date >= old_pulls.end_date
                    and newer.start_date <= old_pulls.start_date
                    and newer.is_complete
                    and newer.pull_id > old_pulls.pull_id
            )
        order by old_pulls.pull_id
        limit %(most_rows)s
    )
