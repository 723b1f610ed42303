-- Connecting TikTok from a page or a terminal, and what a person must know about the accounts.

-- An authorisation that was begun: its state, hashed, is spent by the one callback that brings it.
create table tiktok_ops.oauth_states (
    state_hash text primary key,
    connection_id text not null,
    user_id text not null,
    redirect_uri text not null,
    started_at timestamptz not null default tiktok_ops.now()
);

-- A token that TikTok gave and nobody has confirmed yet. Encrypted like tiktok_ops.oauth_tokens.
create table tiktok_ops.oauth_pending_grants (
    grant_hash text primary key,
    connection_id text not null,
    user_id text not null,
    ciphertext bytea not null,
    key_id text not null,
    scope text[] not null default '{}',
    received_at timestamptz not null default tiktok_ops.now()
);

-- What changed about a connection's accounts and pixels that a person should look at. A condition
-- is open until an import finds it gone; an event is closed from the start.
create table tiktok_ops.account_notices (
    notice_id bigint generated always as identity primary key,
    connection_id text not null,
    kind text not null check (
        kind in (
            'scope_lost',
            'scope_gained',
            'advertiser_gained',
            'advertiser_gone',
            'pixel_gained',
            'pixel_gone',
            'time_zone_changed',
            'currency_changed',
            'pixel_quiet'
        )
    ),
    entity_id text not null,
    old_value text,
    new_value text,
    opened_at timestamptz not null default tiktok_ops.now(),
    closed_at timestamptz
);

create unique index account_notices_open
on tiktok_ops.account_notices (connection_id, kind, entity_id)
where closed_at is null;
create index account_notices_by_time
on tiktok_ops.account_notices (connection_id, opened_at);
