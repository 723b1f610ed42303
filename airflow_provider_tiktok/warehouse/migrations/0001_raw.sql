-- Schema tiktok_raw: what TikTok told us. Written by the provider, read by dbt.

create schema if not exists tiktok_raw;
create schema if not exists tiktok_ops;

-- The one clock of the whole fleet. In production tiktok.clock_offset is not set and this is the
-- database's own time. The demo and the tests move it for a whole database:
-- alter database warehouse set tiktok.clock_offset = '-3 days'
create function tiktok_ops.now() returns timestamptz
language sql volatile
return clock_timestamp()
+ coalesce(nullif(current_setting('tiktok.clock_offset', true), ''), '0')::interval;

-- The first instant at which an account's clock shows this hour or a later one: the one place where
-- TikTok's account-local hours become UTC. An hour ends where the next one starts, so that repeated
-- hours are longer, skipped hours are empty, and nothing is counted twice.
create function tiktok_raw.hour_starts_at(stat_time text, time_zone text) returns timestamptz
language plpgsql stable strict parallel safe
as $$
declare
    local_time constant timestamp := stat_time;
    instant timestamptz := local_time at time zone time_zone;
    change constant interval := (instant - interval '3 hours') at time zone time_zone
        + interval '3 hours' - instant at time zone time_zone;
begin
    if instant at time zone time_zone = local_time then
        -- PostgreSQL takes the second pass of a repeated hour; it started one change earlier.
        if change > interval '0' and (instant - change) at time zone time_zone = local_time then
            return instant - change;
        end if;
        return instant;
    end if;
    -- The clocks skipped this hour: it starts where they jumped.
    while (instant - interval '15 minutes') at time zone time_zone >= local_time loop
        instant := instant - interval '15 minutes';
    end loop;
    return instant;
end;
$$;

create table tiktok_raw.advertisers (
    advertiser_id text primary key,
    connection_id text not null,
    advertiser_name text,
    display_timezone text,
    timezone text,
    currency text,
    country text,
    status text,
    role text,
    is_enabled boolean not null default true,
    raw jsonb not null default '{}',
    first_seen_at timestamptz not null default tiktok_ops.now(),
    last_seen_at timestamptz not null default tiktok_ops.now(),
    missing_since timestamptz
);

create table tiktok_raw.pixels (
    pixel_code text primary key,
    pixel_id text not null,
    advertiser_id text not null references tiktok_raw.advertisers (advertiser_id),
    connection_id text not null,
    pixel_name text,
    is_enabled boolean not null default true,
    raw jsonb not null default '{}',
    first_seen_at timestamptz not null default tiktok_ops.now(),
    last_seen_at timestamptz not null default tiktok_ops.now(),
    missing_since timestamptz
);

create table tiktok_raw.campaigns (
    campaign_id text primary key,
    advertiser_id text not null references tiktok_raw.advertisers (advertiser_id),
    campaign_name text,
    objective_type text,
    operation_status text,
    secondary_status text,
    create_time text,
    modify_time text,
    raw jsonb not null default '{}',
    first_seen_at timestamptz not null default tiktok_ops.now(),
    last_seen_at timestamptz not null default tiktok_ops.now(),
    missing_since timestamptz
);

create table tiktok_raw.ad_groups (
    adgroup_id text primary key,
    campaign_id text not null,
    advertiser_id text not null references tiktok_raw.advertisers (advertiser_id),
    adgroup_name text,
    pixel_id text,
    optimization_goal text,
    optimization_event text,
    click_attribution_window text,
    view_attribution_window text,
    operation_status text,
    secondary_status text,
    create_time text,
    modify_time text,
    raw jsonb not null default '{}',
    first_seen_at timestamptz not null default tiktok_ops.now(),
    last_seen_at timestamptz not null default tiktok_ops.now(),
    missing_since timestamptz
);

create table tiktok_raw.ads (
    ad_id text primary key,
    adgroup_id text not null,
    campaign_id text not null,
    advertiser_id text not null references tiktok_raw.advertisers (advertiser_id),
    ad_name text,
    landing_page_url text,
    operation_status text,
    secondary_status text,
    create_time text,
    modify_time text,
    raw jsonb not null default '{}',
    first_seen_at timestamptz not null default tiktok_ops.now(),
    last_seen_at timestamptz not null default tiktok_ops.now(),
    missing_since timestamptz
);

-- What changed between two imports: a renamed campaign, another time zone, an account gone missing.
create table tiktok_raw.dimension_changes (
    change_id bigint generated always as identity primary key,
    entity_kind text not null
    check (entity_kind in ('advertiser', 'pixel', 'campaign', 'ad_group', 'ad')),
    entity_id text not null,
    field text not null,
    old_value text,
    new_value text,
    observed_at timestamptz not null
);

create index dimension_changes_by_entity
on tiktok_raw.dimension_changes (entity_kind, entity_id, field, change_id);

-- One row per reading of a report: what was asked, what came, and whether it was provably all.
create table tiktok_raw.report_pulls (
    pull_id bigint generated always as identity primary key,
    advertiser_id text not null,
    data_level text not null
    check (
        data_level in ('AUCTION_AD', 'AUCTION_ADGROUP', 'AUCTION_CAMPAIGN', 'AUCTION_ADVERTISER')
    ),
    time_dimension text not null check (time_dimension in ('stat_time_hour', 'stat_time_day')),
    start_date date not null,
    end_date date not null,
    display_timezone text,
    currency text,
    metrics text[] not null,
    skipped_metrics text[] not null default '{}',
    report_mode text not null default 'sync' check (report_mode in ('sync', 'async')),
    run_id text,
    observed_at timestamptz not null,
    finished_at timestamptz,
    pages integer,
    total_number bigint,
    rows_read bigint,
    rows_changed bigint,
    rows_absent bigint,
    -- What the pull added to, or took from, the account's spend, in its currency.
    spend_change numeric(26, 6),
    rows_rejected bigint,
    is_complete boolean not null,
    incomplete_reason text,
    -- Days of the range that a newer pull had read before this one was done: nothing was lowered
    -- there, and where that pull was complete, nothing was changed.
    stale_dates date[] not null default '{}',
    request_ids text[] not null default '{}',
    constraint incomplete_pull_has_reason check (is_complete = (incomplete_reason is null)),
    constraint range_is_ordered check (start_date <= end_date)
);

-- Most pulls are of recent days, so their last day finds those that touch a day.
create index report_pulls_by_range
on tiktok_raw.report_pulls (advertiser_id, data_level, time_dimension, end_date, start_date);

-- One row per value that changed. Append-only: the newest seq of a key is what TikTok says now.
create table tiktok_raw.spend_snapshots (
    -- Keys are compared a million times an hour, and byte order is the fastest.
    advertiser_id text collate "C" not null,
    data_level text collate "C" not null
    check (
        data_level in ('AUCTION_AD', 'AUCTION_ADGROUP', 'AUCTION_CAMPAIGN', 'AUCTION_ADVERTISER')
    ),
    time_dimension text collate "C" not null
    check (time_dimension in ('stat_time_hour', 'stat_time_day')),
    -- The account-local time exactly as TikTok sent it, 'YYYY-MM-DD HH:MM:SS'.
    stat_time text collate "C" not null check (stat_time ~ '^\d{4}-\d{2}-\d{2} \d{2}:00:00$'),
    entity_id text collate "C" not null,
    seq integer not null check (seq >= 1),
    pull_id bigint not null references tiktok_raw.report_pulls (pull_id),
    observed_at timestamptz not null,
    campaign_id text,
    adgroup_id text,
    currency text,
    spend numeric(20, 6),
    impressions numeric(20, 6),
    clicks numeric(20, 6),
    conversion numeric(20, 6),
    complete_payment numeric(20, 6),
    -- TikTok's name for the total value of purchases (reference: metrics page).
    total_complete_payment_rate numeric(20, 6),
    is_absent boolean not null default false,
    primary key (advertiser_id, data_level, time_dimension, stat_time, entity_id, seq)
);

create index spend_snapshots_by_pull on tiktok_raw.spend_snapshots (pull_id);

-- Report rows that could not be read, with the reason; the rest of their pull went on.
create table tiktok_raw.rejected_report_rows (
    pull_id bigint not null references tiktok_raw.report_pulls (pull_id),
    row_number integer not null,
    reason text not null,
    raw jsonb,
    primary key (pull_id, row_number)
);

-- The log of pulls for people: when, what, how much it changed, and what was left out and why.
create view tiktok_raw.pull_log as
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
        report_pulls.incomplete_reason,
        'not sent by TikTok: ' || nullif(array_to_string(report_pulls.skipped_metrics, ', '), ''),
        'read later by another pull: '
        || nullif(array_to_string(report_pulls.stale_dates, ', '), '')
    ) as left_out,
    report_pulls.run_id,
    report_pulls.finished_at - report_pulls.observed_at as duration
from tiktok_raw.report_pulls
left outer join tiktok_raw.advertisers
    on report_pulls.advertiser_id = advertisers.advertiser_id;
