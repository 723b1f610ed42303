-- What was asked of a backfill, how it was cut into slices, how far it is, and what came of it.

create table tiktok_ops.backfills (
    backfill_id bigint generated always as identity primary key,
    connection_id text not null,
    -- MD5 of what was asked: the same request goes on where it was stopped.
    request_hash text not null,
    what text[] not null,
    -- Days of the account for spend, UTC days for events; both included.
    first_day date not null,
    last_day date not null,
    -- Empty: none was asked for, because spend or events were not.
    advertiser_ids text[] not null,
    event_source_ids text[] not null,
    -- NULL: every source.
    event_source text,
    -- Share of the quota that it may use.
    pace numeric not null check (pace > 0 and pace <= 1),
    is_dry_run boolean not null,
    planned_calls bigint not null,
    planned_rows bigint not null,
    planned_minutes numeric not null,
    -- The run that planned it or went on with it last.
    run_id text not null,
    planned_at timestamptz not null,
    -- Every slice is done. Until then the same request goes on.
    finished_at timestamptz,
    constraint days_in_order check (first_day <= last_day)
);

create unique index backfills_open on tiktok_ops.backfills (connection_id, request_hash)
where finished_at is null and not is_dry_run;

create table tiktok_ops.backfill_slices (
    backfill_id bigint not null references tiktok_ops.backfills (backfill_id) on delete cascade,
    slice_number integer not null check (slice_number >= 1),
    kind text not null check (kind in ('spend', 'conversions', 'refunds', 'delivery')),
    -- Advertiser, export view or pixel.
    subject text not null,
    first_day date not null,
    last_day date not null,
    -- Spend is read from the last day back; the days after this one are done.
    next_day date not null,
    state text not null default 'planned' check (
        state in ('planned', 'running', 'done', 'failed')
    ),
    tries integer not null default 0,
    run_id text,
    started_at timestamptz,
    finished_at timestamptz,
    counts jsonb not null default '{}',
    message text,
    primary key (backfill_id, slice_number),
    constraint done_slice_has_time check ((state = 'done') = (finished_at is not null))
);

-- Days of spend and events by what becomes of them: as the plan saw it, and as the report found it.
create table tiktok_ops.backfill_counts (
    backfill_id bigint not null references tiktok_ops.backfills (backfill_id) on delete cascade,
    phase text not null check (phase in ('planned', 'reported')),
    kind text not null check (kind in ('spend', 'conversions', 'refunds')),
    -- Advertiser or pixel.
    subject text not null,
    outcome text not null,
    reason text not null default '',
    quantity bigint not null,
    counted_at timestamptz not null,
    primary key (backfill_id, phase, kind, subject, outcome, reason)
);

-- How far each backfill is; dbt and people read this.
create view tiktok_ops.backfill_progress as
select
    backfills.backfill_id,
    backfills.connection_id,
    backfills.what,
    backfills.first_day,
    backfills.last_day,
    backfills.advertiser_ids,
    backfills.event_source_ids,
    backfills.event_source,
    backfills.pace,
    backfills.is_dry_run,
    backfills.planned_calls,
    backfills.planned_rows,
    backfills.planned_minutes,
    backfills.run_id,
    backfills.planned_at,
    backfills.finished_at,
    case
        when backfills.is_dry_run then 'dry_run'
        when backfills.finished_at is not null then 'done'
        else 'open'
    end as state,
    slices.slices,
    slices.slices_done,
    slices.slices_failed,
    slices.last_message
from tiktok_ops.backfills as backfills
cross join lateral (
    select
        count(*) as slices,
        count(*) filter (where backfill_slices.state = 'done') as slices_done,
        count(*) filter (where backfill_slices.state = 'failed') as slices_failed,
        max(backfill_slices.message) filter (where backfill_slices.state <> 'done')
            as last_message
    from tiktok_ops.backfill_slices as backfill_slices
    where backfill_slices.backfill_id = backfills.backfill_id
) as slices;

-- What each backfill found and did, beside what it planned: dbt reads this.
create view tiktok_ops.backfill_report as
with paired as (
    select
        counts.backfill_id,
        counts.kind,
        counts.subject,
        counts.outcome,
        counts.reason,
        coalesce(sum(counts.quantity) filter (where counts.phase = 'planned'), 0)::bigint
            as planned,
        coalesce(sum(counts.quantity) filter (where counts.phase = 'reported'), 0)::bigint
            as reported,
        max(counts.counted_at) as counted_at
    from tiktok_ops.backfill_counts as counts
    group by
        counts.backfill_id,
        counts.kind,
        counts.subject,
        counts.outcome,
        counts.reason
)

select
    progress.backfill_id,
    progress.connection_id,
    progress.state,
    progress.first_day,
    progress.last_day,
    progress.slices,
    progress.slices_done,
    paired.kind,
    paired.subject,
    paired.outcome,
    paired.reason,
    paired.planned,
    paired.reported,
    paired.counted_at,
    progress.planned_at,
    progress.finished_at
from tiktok_ops.backfill_progress as progress
inner join paired
    on progress.backfill_id = paired.backfill_id;
