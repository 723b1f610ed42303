"""A warehouse of every earlier version is upgraded with its data in place, and goes on working."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers
from airflow_provider_tiktok.warehouse.backfill import Price, keep_plan
from airflow_provider_tiktok.warehouse.backfill_request import BackfillRequest, slices_of
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.migrate import migrate, migrations, pending
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.spend_coverage import due_for
from airflow_provider_tiktok.warehouse.status import event_states, last_pulls
from tests.integration.outbox.conftest import client, make_client, sandbox, set_clock
from tests.integration.outbox.export import NOW, PIXEL, RELATION, add_rows, create_export, purchase

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient

__all__ = ["client", "make_client", "sandbox"]

# What the first versions wrote. Frozen like the migrations themselves.
RAW = """
insert into tiktok_raw.advertisers (advertiser_id, connection_id, display_timezone, currency)
values ('7', 'tiktok_default', 'America/New_York', 'USD');
insert into tiktok_raw.pixels (pixel_code, pixel_id, advertiser_id, connection_id)
values ('CUS00000000000000001', '1', '7', 'tiktok_default');
insert into tiktok_raw.report_pulls (
    advertiser_id, data_level, time_dimension, start_date, end_date, metrics, observed_at,
    rows_read, is_complete
)
select
    '7', 'AUCTION_AD', 'stat_time_hour', day, day, '{spend}', day + interval '30 hours', 1, true
from generate_series('2026-10-01'::date, '2026-10-31', interval '1 day') as day;
insert into tiktok_raw.spend_snapshots (
    advertiser_id, data_level, time_dimension, stat_time, entity_id, seq, pull_id, observed_at,
    spend
)
select
    '7', 'AUCTION_AD', 'stat_time_hour', start_date || ' 10:00:00', 'ad', 1, pull_id, observed_at,
    12.5
from tiktok_raw.report_pulls;
"""
OPS = """
insert into tiktok_ops.event_outbox (
    connection_id, event_source, event_source_id, event, event_type, event_id, kind, event_time,
    consent_state, source_hash, state, reason, next_attempt_at, enqueued_at, settled_at, batch_id,
    attempts, first_sent_at
)
select
    'tiktok_default', 'web', 'CUS00000000000000001', 'CompletePayment', 'CompletePayment',
    'old_' || state, 'conversion', '2026-11-02 12:00Z', 'granted', 'hash', state,
    case when state = 'suppressed' then 'consent_denied' end,
    case when state = 'pending' then '2026-11-02 12:00Z'::timestamptz end, '2026-11-02 12:00Z',
    case when state in ('delivered', 'suppressed') then '2026-11-02 12:01Z'::timestamptz end,
    case when state = 'inflight' then 1 end, case when state = 'inflight' then 1 else 0 end,
    case when state = 'inflight' then '2026-11-02 12:01Z'::timestamptz end
from unnest(array['pending', 'inflight', 'delivered', 'suppressed']) as state;
insert into tiktok_ops.event_payloads (outbox_id, subject_key, payload, payload_hash, signals)
select
    outbox_id, 'person',
    '{"event":"CompletePayment","event_id":"' || event_id || '","event_time":1793620800,'
    || '"page":{"url":"https://us.northwind.example/"},"user":{"ip":"73.162.1.9"}}',
    'hash', '{ip}'
from tiktok_ops.event_outbox;
insert into tiktok_ops.event_batches (event_source_id, events, claimed_at, leased_until, sent_at,
    outcome)
values ('CUS00000000000000001', 1, '2026-11-02 12:01Z', '2026-11-02 12:03Z', '2026-11-02 12:01Z',
    'sent');
"""
# Until 0010 an attempt was a row of its own.
ATTEMPTS = """
insert into tiktok_ops.event_attempts (outbox_id, attempt, batch_id)
select outbox_id, 1, 1 from tiktok_ops.event_outbox where state = 'inflight'
"""
HELD = """
update tiktok_ops.event_batches
set outbox_ids = (select array_agg(outbox_id) from tiktok_ops.event_outbox where batch_id = 1)
"""
QUEUE = "0010_event_queue"
VERSIONS = [file.name for file in migrations()]
COUNTS = """
select
    (select count(*) from tiktok_raw.report_pulls),
    (select sum(spend) from tiktok_raw.spend_snapshots),
    (select count(*) from tiktok_raw.pixels)
"""


def old_warehouse(connection: psycopg.Connection[Any], version: str) -> None:
    """Create what a version had, with data in it."""
    number = VERSIONS.index(version) + 1
    migrate(connection, migrations()[:number])
    connection.execute(RAW)
    if number > 1:
        connection.execute(OPS)
        connection.execute(ATTEMPTS if version < QUEUE else HELD)


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_an_earlier_warehouse_is_upgraded_with_its_data(
    empty_database: str, version: str, client: TikTokClient
) -> None:
    with connect(empty_database) as connection:
        set_clock(connection, NOW)
        old_warehouse(connection, version)
        before = connection.execute(COUNTS).fetchone()
        assert migrate(connection) == VERSIONS[VERSIONS.index(version) + 1 :]
        assert pending(connection) == []
        assert connection.execute(COUNTS).fetchone() == before == (31, 387.5, 1)

        (advertiser,) = enabled_advertisers(connection, "tiktok_default")
        due = {reading.start_date for reading in due_for(connection, advertiser, NOW)}
        assert date(2026, 11, 1) in due
        assert date(2026, 10, 20) not in due
        assert last_pulls(connection, "tiktok_default")[0].last_complete_at is not None

        create_export(connection)
        add_rows(connection, purchase(1))
        assert enqueue(connection, RELATION, EventSettings()).enqueued == 1
        sent = deliver(connection, client, PIXEL, settings=EventSettings())
        if version == VERSIONS[0]:
            assert sent.delivered == 1
        else:  # with the two that an earlier version left: one waited, one was on its way
            assert (sent.delivered, sent.recovered) == (3, 1)
        states = {count.state: count.events for count in event_states(connection, "tiktok_default")}
        assert states["delivered"] == (1 if version == VERSIONS[0] else 4)

        request = BackfillRequest("tiktok_default", ("spend",), NOW.date() - timedelta(days=2),
                                  NOW.date(), advertiser_ids=("7",))  # fmt: skip
        slices = slices_of(request, {})
        assert keep_plan(connection, request, slices, {}, Price(), run_id="1", is_dry_run=True)
