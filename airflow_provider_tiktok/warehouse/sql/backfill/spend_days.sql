-- Days of each advertiser's slices, by whether a complete pull has read them since the plan.
select
    slices.subject as advertiser_id,
    case
        when bool_or(pulls.is_complete) then 'read'
        when bool_or(pulls.pull_id is not null) then 'incomplete'
        else 'not_read'
    end as outcome,
    coalesce(
        case when not bool_or(pulls.is_complete) then max(pulls.incomplete_reason) end, ''
    ) as reason
from tiktok_ops.backfills as backfills
inner join tiktok_ops.backfill_slices as slices
    on backfills.backfill_id = slices.backfill_id and slices.kind = 'spend'
cross join
    lateral generate_series(slices.first_day, slices.last_day, interval '1 day') as days (day)
left join tiktok_raw.report_pulls as pulls
    on
        slices.subject = pulls.advertiser_id
        and backfills.planned_at <= pulls.observed_at
        and pulls.data_level = 'AUCTION_AD'
        and pulls.time_dimension = 'stat_time_hour'
        and days.day >= pulls.start_date
        and days.day <= pulls.end_date
where backfills.backfill_id = %(backfill_id)s
group by slices.subject, days.day
