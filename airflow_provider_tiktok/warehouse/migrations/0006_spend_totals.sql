-- What accounts and campaigns cost beyond their ads, and the log of pulls in words.

-- What TikTok said that an account spent on a day, every version: the newest seq is what it says
-- now. The rows are those of spend_snapshots at account level. stat_date is a day of the account,
-- which display_timezone of the pull places.
create view tiktok_raw.spend_totals as
select
    spend_snapshots.advertiser_id,
    left(spend_snapshots.stat_time, 10)::date as stat_date,
    spend_snapshots.data_level,
    spend_snapshots.currency,
    spend_snapshots.spend,
    spend_snapshots.impressions,
    spend_snapshots.clicks,
    spend_snapshots.conversion,
    spend_snapshots.complete_payment,
    spend_snapshots.total_complete_payment_rate,
    spend_snapshots.pull_id,
    spend_snapshots.observed_at,
    spend_snapshots.seq
from tiktok_raw.spend_snapshots
where
    spend_snapshots.data_level = 'AUCTION_ADVERTISER'
    and spend_snapshots.time_dimension = 'stat_time_day';

-- What a day of an account cost beyond the hours of its ads: no row of any ad says where. Written
-- by every pull that changes a day, one row per change: the newest seq of a key is how it stands,
-- and 0 is a gap that closed. Summed over an account's day, the newest rows and the newest hours of
-- its ads are TikTok's total of the account.
create table tiktok_raw.spend_gaps (
    advertiser_id text not null,
    stat_date date not null,
    -- '' is what no campaign explains either.
    campaign_id text not null,
    seq integer not null check (seq >= 1),
    pull_id bigint not null references tiktok_raw.report_pulls (pull_id),
    observed_at timestamptz not null,
    currency text,
    -- Total minus hours: negative where the hours hold more than the total.
    spend numeric(20, 6) not null,
    impressions numeric(20, 6) not null,
    clicks numeric(20, 6) not null,
    conversion numeric(20, 6) not null,
    -- settling: the day runs, or total and hours were read at different times and differ by that;
    -- not_read: no complete reading by the hour; id_limit: more ads than TikTok lists;
    -- promoted: TikTok refused the filter for ads promoted from its app; gmv_max, smart_plus: the
    -- kind of campaign reports no ads; deleted: the campaign is gone; no_ads: the campaign cost
    -- something and none of its ads did; unknown: nothing explains it.
    reason text not null check (
        reason in (
            'settling',
            'not_read',
            'id_limit',
            'promoted',
            'gmv_max',
            'smart_plus',
            'deleted',
            'no_ads',
            'unknown',
            'closed'
        )
    ),
    primary key (advertiser_id, stat_date, campaign_id, seq)
);

-- The gaps as they stand.
create view tiktok_raw.open_spend_gaps as
select newest.*
from (
    select distinct on (advertiser_id, stat_date, campaign_id) *
    from tiktok_raw.spend_gaps
    order by advertiser_id asc, stat_date asc, campaign_id asc, seq desc
) as newest
where newest.reason <> 'closed';

-- Numbers that changed more than 35 days after their day, when TikTok should be done with it. They
-- are in the ledger; whoever closed the books on that month wants to know.
create view tiktok_raw.late_spend_changes as
select
    spend_snapshots.advertiser_id,
    spend_snapshots.data_level,
    spend_snapshots.stat_time,
    spend_snapshots.entity_id,
    spend_snapshots.seq,
    spend_snapshots.pull_id,
    spend_snapshots.observed_at,
    spend_snapshots.currency,
    spend_snapshots.spend,
    before.spend as spend_before,
    spend_snapshots.conversion,
    before.conversion as conversion_before
from tiktok_raw.report_pulls
inner join tiktok_raw.spend_snapshots
    on report_pulls.pull_id = spend_snapshots.pull_id
inner join tiktok_raw.spend_snapshots as before
    on
        spend_snapshots.advertiser_id = before.advertiser_id
        and spend_snapshots.data_level = before.data_level
        and spend_snapshots.time_dimension = before.time_dimension
        and spend_snapshots.stat_time = before.stat_time
        and spend_snapshots.entity_id = before.entity_id
        and spend_snapshots.seq = before.seq + 1
where
    report_pulls.rows_changed > 0
    and report_pulls.start_date < (report_pulls.observed_at - interval '36 days')::date
    and spend_snapshots.stat_time
    < to_char(report_pulls.observed_at - interval '36 days', 'YYYY-MM-DD');

-- One of our words for what is not right with a pull, as a sentence for people.
create function tiktok_raw.pull_problem(word text) returns text
language sql immutable strict parallel safe
return case word
    when 'truncated' then 'TikTok listed the newest 20,000 ads only'
    when 'partial' then 'TikTok answered only in part'
    when 'totals_changed' then 'the numbers moved while they were read'
    when 'totals_wrong' then 'TikTok announced no rows and sent some'
    when 'rows_differ_from_total' then 'more or fewer rows came than TikTok announced'
    when 'short_page' then 'a page came with rows missing'
    when 'page_size_ignored' then 'a page came with too many rows'
    when 'page_info_missing' then 'TikTok did not say how many rows there are'
    when 'never_ending_pages' then 'TikTok announced more pages than it has'
    when 'metrics_changed' then 'TikTok refused a metric in the middle of the report'
    when 'repeated_key' then 'an ad came twice in one hour, so another may be missing'
    when 'rejected_rows' then 'some rows could not be read'
    when 'promoted_missing' then 'TikTok left out ads promoted from its app'
    when 'deleted_may_be_missing' then 'a report task may leave out deleted ads'
    when 'not finished' then 'the reading was not finished'
    when 'not_read_to_the_end' then 'the reading was not finished'
    else word
end;

create or replace view tiktok_raw.pull_log as
select
    report_pulls.pull_id,
    report_pulls.observed_at,
    report_pulls.advertiser_id,
    advertisers.advertiser_name,
    case report_pulls.data_level
        when 'AUCTION_AD' then 'ads'
        when 'AUCTION_ADGROUP' then 'ad groups'
        when 'AUCTION_CAMPAIGN' then 'campaigns'
        else 'account'
    end
    || case report_pulls.time_dimension
        when 'stat_time_hour' then ' by the hour'
        else ' by the day'
    end as what,
    report_pulls.start_date,
    report_pulls.end_date,
    report_pulls.rows_read,
    report_pulls.rows_changed,
    report_pulls.rows_absent,
    report_pulls.spend_change,
    report_pulls.currency,
    report_pulls.rows_rejected,
    report_pulls.is_complete,
    concat_ws(
        '; ',
        (
            select string_agg(tiktok_raw.pull_problem(problems.word), '; ')
            from unnest(string_to_array(report_pulls.incomplete_reason, '; ')) as problems (word)
        ),
        'not sent by TikTok: ' || nullif(array_to_string(report_pulls.skipped_metrics, ', '), ''),
        'read later by another pull: '
        || nullif(array_to_string(report_pulls.stale_dates, ', '), '')
    ) as left_out,
    report_pulls.run_id,
    report_pulls.finished_at - report_pulls.observed_at as duration,
    case when report_pulls.report_mode = 'async' then 'report task' else 'pages' end as read_by
from tiktok_raw.report_pulls
left outer join tiktok_raw.advertisers
    on report_pulls.advertiser_id = advertisers.advertiser_id;
