-- Read young days again for as long as an account's own numbers have been seen to change.

-- One row per account that has settled spend; learned once a day from its snapshots.
create table tiktok_ops.spend_rhythms (
    advertiser_id text primary key,
    recent_days integer not null,
    learned_at timestamptz not null
);
