-- Schema tiktok_ops: tokens, quota, events waiting or done. dbt and people read only its views.

-- One row per connection. The ciphertext names the connection and the version inside, so that a
-- ciphertext of another row or of an earlier day is refused.
create table tiktok_ops.oauth_tokens (
    connection_id text primary key,
    token_family text not null check (token_family in ('advertiser', 'account_holder')),
    ciphertext bytea,
    -- Fingerprint of the key that encrypted it, never the key.
    key_id text,
    expires_at timestamptz,
    refresh_expires_at timestamptz,
    scope text[] not null default '{}',
    version bigint not null default 1 check (version >= 1),
    status text not null default 'active' check (status in ('active', 'needs_reauth', 'revoked')),
    last_ok_at timestamptz,
    last_error_code integer,
    updated_by text not null,
    updated_at timestamptz not null default tiktok_ops.now(),
    constraint usable_token_is_there check (status = 'revoked' or ciphertext is not null),
    constraint revoked_token_is_gone check (status <> 'revoked' or ciphertext is null)
);

-- What happened to a connection's token, without the token. Append-only.
create table tiktok_ops.oauth_token_history (
    history_id bigint generated always as identity primary key,
    connection_id text not null,
    version bigint not null,
    change text not null
    check (change in ('saved', 'refreshed', 'needs_reauth', 'revoked', 'reencrypted')),
    code integer,
    changed_by text not null,
    changed_at timestamptz not null default tiktok_ops.now()
);

create index oauth_token_history_by_connection
on tiktok_ops.oauth_token_history (connection_id, history_id);

-- One row per event key. A purchase and its refund are two events.
create table tiktok_ops.event_outbox (
    outbox_id bigint generated always as identity primary key,
    connection_id text not null,
    event_source text not null check (event_source in ('web', 'offline', 'crm')),
    event_source_id text not null,
    event text not null,
    event_id text not null,
    kind text not null check (kind in ('conversion', 'refund')),
    -- Event key of the purchase that a refund waits for.
    purchase_event_id text,
    event_time timestamptz not null,
    subject_key text,
    consent_state text not null check (consent_state in ('granted', 'denied', 'unknown')),
    payload jsonb,
    payload_hash text,
    signals text[] not null default '{}',
    -- signal -> why it did not leave: consent, not_allowed, empty, invalid.
    withheld jsonb not null default '{}',
    state text not null default 'pending'
    check (state in ('pending', 'inflight', 'delivered', 'quarantined', 'expired', 'expired_unknown', 'suppressed')),
    reason text,
    hint text,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null default tiktok_ops.now(),
    -- First time bytes of this event may have left us: starts TikTok's 48-hour window.
    first_sent_at timestamptz,
    has_unknown_outcome boolean not null default false,
    lease_token bigint not null default 0,
    leased_until timestamptz,
    leased_by text,
    replays integer not null default 0,
    enqueued_at timestamptz not null default tiktok_ops.now(),
    settled_at timestamptz,
    unique (event_source_id, event, event_id),
    constraint only_inflight_is_leased check ((state = 'inflight') = (leased_until is not null)),
    constraint terminal_is_settled check (
        (state in ('pending', 'inflight')) = (settled_at is null)
    ),
    constraint ended_badly_has_reason check (
        state not in ('quarantined', 'expired', 'expired_unknown', 'suppressed') or reason is not null
    )
);

create index event_outbox_due on tiktok_ops.event_outbox (event_source_id, next_attempt_at, outbox_id)
where state = 'pending';
create index event_outbox_leases on tiktok_ops.event_outbox (leased_until) where state = 'inflight';
create index event_outbox_by_event_id on tiktok_ops.event_outbox (event_id);

-- One row per HTTP try of one event, committed before the bytes leave.
create table tiktok_ops.event_attempts (
    outbox_id bigint not null references tiktok_ops.event_outbox (outbox_id),
    attempt integer not null check (attempt >= 1),
    lease_token bigint not null,
    batch_id uuid not null,
    run_id text,
    test_event_code text,
    started_at timestamptz not null default tiktok_ops.now(),
    finished_at timestamptz,
    outcome text not null default 'sent'
    check (outcome in ('sent', 'accepted', 'partial', 'rejected', 'retry', 'throttled', 'reauthorise', 'configuration', 'unknown')),
    http_status integer,
    code integer,
    message text,
    request_id text,
    primary key (outbox_id, attempt)
);

create index event_attempts_by_batch on tiktok_ops.event_attempts (batch_id);
