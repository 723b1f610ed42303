-- Write one snapshot for each key whose numbers this pull changes, and nothing for the others.
--
-- A day that a newer complete pull has read is history: what we saw is ignored. A day is final when
-- this pull is complete and nothing newer has read it: then a number may fall, and a key that is
-- gone becomes 0. On any other day numbers only rise.
with days as (
    select
        to_char(calendar.day, 'YYYY-MM-DD') as day,
        coalesce(newer.has_complete, false) as is_history,
        newer.pulls > 0 as is_stale,
        %(is_complete)s and newer.pulls = 0 as is_final
    from
        generate_series(
            %(start_date)s::date, %(end_date)s::date, interval '1 day'
        ) as calendar (day)
    cross join lateral (
        select
            bool_or(report_pulls.is_complete) as has_complete,
            count(*) as pulls
        from tiktok_raw.report_pulls
        where
            report_pulls.advertiser_id = %(advertiser_id)s
            and report_pulls.data_level = %(data_level)s
            and report_pulls.time_dimension = %(time_dimension)s
            and report_pulls.start_date <= calendar.day
            and report_pulls.end_date >= calendar.day
            and report_pulls.observed_at > %(observed_at)s
            and (report_pulls.is_complete or report_pulls.rows_read > 0)
    ) as newer
),

latest_snapshots as (
    select distinct on (stat_time, entity_id)
        stat_time,
        entity_id,
        seq,
        pull_id,
        campaign_id,
        adgroup_id,
        currency,
        spend,
        impressions,
        clicks,
        conversion,
        complete_payment,
        total_complete_payment_rate
    from tiktok_raw.spend_snapshots
    where
        advertiser_id = %(advertiser_id)s
        and data_level = %(data_level)s
        and time_dimension = %(time_dimension)s
        and stat_time >= to_char(%(start_date)s::date, 'YYYY-MM-DD')
        and stat_time < to_char(%(end_date)s::date + 1, 'YYYY-MM-DD')
    order by stat_time desc, entity_id desc, seq desc
),

-- In another currency or time zone the same number of the same hour says something else.
latest as (
    select
        latest_snapshots.*,
        report_pulls.display_timezone
    from latest_snapshots
    inner join tiktok_raw.report_pulls
        on latest_snapshots.pull_id = report_pulls.pull_id
),

compared as (
    select
        stat_time,
        entity_id,
        latest.seq as latest_seq,
        latest.spend as latest_spend,
        latest.currency as latest_currency,
        latest.display_timezone as latest_timezone,
        staged.page is null as is_absent,
        days.is_final,
        coalesce(staged.campaign_id, latest.campaign_id) as campaign_id,
        coalesce(staged.adgroup_id, latest.adgroup_id) as adgroup_id,
        (
            latest.spend,
            latest.impressions,
            latest.clicks,
            latest.conversion,
            latest.complete_payment,
            latest.total_complete_payment_rate
        ) as latest_numbers,
        case
            when staged.page is null then latest.currency
            else coalesce(%(currency)s, latest.currency)
        end as currency,
        case
            when staged.page is null then latest.spend * 0
            when days.is_final then coalesce(staged.spend, latest.spend)
            else greatest(staged.spend, latest.spend)
        end as spend,
        case
            when staged.page is null then latest.impressions * 0
            when days.is_final then coalesce(staged.impressions, latest.impressions)
            else greatest(staged.impressions, latest.impressions)
        end as impressions,
        case
            when staged.page is null then latest.clicks * 0
            when days.is_final then coalesce(staged.clicks, latest.clicks)
            else greatest(staged.clicks, latest.clicks)
        end as clicks,
        case
            when staged.page is null then latest.conversion * 0
            when days.is_final then coalesce(staged.conversion, latest.conversion)
            else greatest(staged.conversion, latest.conversion)
        end as conversion,
        case
            when staged.page is null then latest.complete_payment * 0
            when days.is_final then coalesce(staged.complete_payment, latest.complete_payment)
            else greatest(staged.complete_payment, latest.complete_payment)
        end as complete_payment,
        case
            when staged.page is null then latest.total_complete_payment_rate * 0
            when days.is_final
                then
                    coalesce(
                        staged.total_complete_payment_rate, latest.total_complete_payment_rate
                    )
            else greatest(staged.total_complete_payment_rate, latest.total_complete_payment_rate)
        end as total_complete_payment_rate
    from staged_spend as staged
    full outer join latest
        using (stat_time, entity_id)
    inner join days
        on left(stat_time, 10) = days.day
    where not days.is_history
),

changed as (
    select *
    from compared
    where
        (is_final or not is_absent)
        and (
            latest_seq is null
            or latest_currency is distinct from currency
            or (not is_absent and latest_timezone is distinct from %(display_timezone)s)
            or latest_numbers is distinct from (
                spend,
                impressions,
                clicks,
                conversion,
                complete_payment,
                total_complete_payment_rate
            )
        )
),

written as (
    insert into tiktok_raw.spend_snapshots (
        advertiser_id,
        data_level,
        time_dimension,
        stat_time,
        entity_id,
        seq,
        pull_id,
        observed_at,
        campaign_id,
        adgroup_id,
        currency,
        spend,
        impressions,
        clicks,
        conversion,
        complete_payment,
        total_complete_payment_rate,
        is_absent
    )
    select
        %(advertiser_id)s as advertiser_id,
        %(data_level)s as data_level,
        %(time_dimension)s as time_dimension,
        stat_time,
        entity_id,
        coalesce(latest_seq, 0) + 1 as seq,
        %(pull_id)s as pull_id,
        %(observed_at)s as observed_at,
        campaign_id,
        adgroup_id,
        currency,
        spend,
        impressions,
        clicks,
        conversion,
        complete_payment,
        total_complete_payment_rate,
        is_absent
    from changed
    -- Keys that come in their order fill the index's pages one after the other.
    order by stat_time asc, entity_id asc
)

select
    count(*) as rows_changed,
    count(*) filter (where is_absent) as rows_absent,
    coalesce(sum(coalesce(spend, 0) - coalesce(latest_spend, 0)), 0) as spend_change,
    count(*) filter (
        where
        latest_seq is not null
        and stat_time < to_char(%(observed_at)s::timestamptz - interval '36 days', 'YYYY-MM-DD')
    ) as rows_late,
    array(
        select days.day::date
        from days
        where days.is_stale
        order by days.day
    ) as stale_dates
from changed
