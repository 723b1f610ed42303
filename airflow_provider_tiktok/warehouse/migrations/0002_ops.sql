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

-- One row per event key: where the event stands. What it says is in event_payloads, so that this
-- row stays narrow while it changes. A purchase and its refund are two events.
create table tiktok_ops.event_outbox (
    outbox_id bigint generated always as identity primary key,
    connection_id text not null,
    event_source text not null,
    event_source_id text not null,
    -- The name that leaves.
    event text not null,
    -- TikTok's name for it today, whatever name leaves: so a changed setting sends nothing twice.
    event_type text not null,
    event_id text not null,
    kind text not null,
    -- event_id of the purchase that a refund waits for.
    purchase_event_id text,
    waits_for_purchase boolean not null default false,
    event_time timestamptz,
    consent_state text not null check (consent_state in ('granted', 'denied', 'unknown')),
    limited_data_use boolean not null default false,
    -- MD5 of the row in the export view: tells a changed row from one already read.
    source_hash text not null,
    state text not null default 'pending'
    check (
        state in (
            'pending',
            'inflight',
            'delivered',
            'quarantined',
            'expired',
            'expired_unknown',
            'suppressed'
        )
    ),
    reason text,
    hint text,
    -- HTTP tries, every kind of outcome; failures are those that lengthen the back-off.
    attempts integer not null default 0,
    failures integer not null default 0,
    -- Set while the event is pending and waits for nothing but the time.
    next_attempt_at timestamptz,
    -- First time bytes of this event may have left us: starts TikTok's 48-hour window.
    first_sent_at timestamptz,
    has_unknown_outcome boolean not null default false,
    -- The last batch that took this event, and the fencing token of its worker.
    batch_id bigint,
    replays integer not null default 0,
    enqueued_at timestamptz not null,
    settled_at timestamptz,
    -- The export row says something else than what was sent. What was sent stays as it is.
    payload_changed_at timestamptz,
    constraint event_key unique (event_id, event_source_id, event_type),
    constraint due_while_pending check (
        (next_attempt_at is not null) = (state = 'pending' and not waits_for_purchase)
    ),
    constraint waits_while_pending check (state = 'pending' or not waits_for_purchase),
    constraint only_a_batch_holds_it check (state <> 'inflight' or batch_id is not null),
    constraint terminal_is_settled check (
        (state in ('pending', 'inflight')) = (settled_at is null)
    ),
    constraint ended_badly_has_reason check (
        state in ('pending', 'inflight', 'delivered') or reason is not null
    ),
    constraint what_leaves_is_whole check (
        state = 'quarantined'
        or (
            event_source in ('web', 'offline', 'crm')
            and kind in ('conversion', 'refund')
            and event_time is not null
        )
    )
) with (fillfactor = 50);

-- No index holds the state, so writing what came of an event stays within its page.
create index event_outbox_due on tiktok_ops.event_outbox (
    event_source_id, next_attempt_at, outbox_id
)
where next_attempt_at is not null;
create index event_outbox_waiting on tiktok_ops.event_outbox (event_source_id, purchase_event_id)
where waits_for_purchase;

-- What an event says, hashed and frozen once it was sent. The text goes after the retention time,
-- the list of its signals stays for the coverage.
create table tiktok_ops.event_payloads (
    outbox_id bigint primary key references tiktok_ops.event_outbox (outbox_id) on delete cascade,
    subject_key text,
    payload text,
    payload_hash text,
    signals text[] not null default '{}',
    -- What did not leave -> why: consent, not_allowed, not_for_source, empty, invalid, private.
    withheld jsonb not null default '{}'
);

create index event_payloads_by_subject on tiktok_ops.event_payloads (subject_key)
where subject_key is not null;

-- One row per HTTP call. Its number is the lease of the events in it and their fencing token.
create table tiktok_ops.event_batches (
    batch_id bigint generated always as identity primary key,
    event_source_id text not null,
    run_id text,
    worker text,
    test_event_code text,
    events integer not null,
    claimed_at timestamptz not null,
    leased_until timestamptz not null,
    -- Committed before the first byte leaves.
    sent_at timestamptz,
    finished_at timestamptz,
    outcome text not null default 'ready' check (
        outcome in (
            'ready', 'sent', 'accepted', 'partial', 'rejected', 'retry', 'throttled', 'reauthorise',
            'configuration', 'unknown', 'lease_expired', 'not_sent'
        )
    ),
    http_status integer,
    code integer,
    message text,
    request_id text
);

create index event_batches_open on tiktok_ops.event_batches (leased_until)
where outcome in ('ready', 'sent');

-- One row per HTTP try of one event, committed before the bytes leave and never changed. What came
-- of it is in its batch. No foreign keys: checking them would cost more than the rest of a claim.
create table tiktok_ops.event_attempts (
    outbox_id bigint not null,
    attempt integer not null check (attempt >= 1),
    batch_id bigint not null,
    primary key (outbox_id, attempt)
);

create index event_attempts_by_batch on tiktok_ops.event_attempts (batch_id);

-- Who sent what again, and from which state it came.
create table tiktok_ops.event_replays (
    outbox_id bigint not null,
    replay integer not null check (replay >= 1),
    from_state text not null,
    from_reason text,
    requested_by text not null,
    requested_at timestamptz not null,
    is_past_horizon boolean not null default false,
    primary key (outbox_id, replay)
);

-- People who were forgotten, as SHA-256 of their subject_key: their events never come back.
create table tiktok_ops.forgotten_subjects (
    subject_hash text primary key,
    forgotten_by text not null,
    forgotten_at timestamptz not null
);

-- A pixel that a person paused, or that waits because TikTok refuses its token or permission.
create table tiktok_ops.delivery_controls (
    event_source_id text primary key,
    is_paused boolean not null default false,
    paused_by text,
    paused_at timestamptz,
    blocked_until timestamptz,
    blocked_reason text,
    blocked_code integer,
    blocked_message text,
    blocked_request_id text,
    blocked_at timestamptz
);

-- Export views that were read; consent is read from them again before an event leaves.
create table tiktok_ops.export_relations (
    relation text primary key,
    last_enqueued_at timestamptz not null
);
