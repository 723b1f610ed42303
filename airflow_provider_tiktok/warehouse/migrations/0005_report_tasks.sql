-- Asynchronous reports that TikTok prepares for us, so that a crash does not order them twice.

create table tiktok_ops.report_tasks (
    task_id text primary key,
    advertiser_id text not null,
    data_level text not null,
    time_dimension text not null check (time_dimension in ('stat_time_hour', 'stat_time_day')),
    start_date date not null,
    end_date date not null,
    metrics text[] not null,
    run_id text,
    -- What the report shows is no newer than this.
    requested_at timestamptz not null,
    state text not null default 'open' check (state in ('open', 'loaded', 'failed', 'canceled')),
    message text,
    pull_id bigint references tiktok_raw.report_pulls (pull_id),
    closed_at timestamptz,
    constraint closed_task_has_time check ((state = 'open') = (closed_at is null)),
    constraint loaded_task_has_pull check ((state = 'loaded') = (pull_id is not null))
);

-- One report is on order once.
create unique index report_tasks_open
on tiktok_ops.report_tasks (
    advertiser_id, data_level, time_dimension, start_date, end_date, metrics
)
where state = 'open';
