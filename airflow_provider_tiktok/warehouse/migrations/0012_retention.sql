-- Removing a pull looks for what still names it; without these, it reads the whole table for each.
create index spend_gaps_by_pull on tiktok_raw.spend_gaps (pull_id);

create index report_tasks_by_pull on tiktok_ops.report_tasks (pull_id) where pull_id is not null;
