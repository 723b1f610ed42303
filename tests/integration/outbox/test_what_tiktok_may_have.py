"""That TikTok may have an event outlives every replay of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.delivery_reconciliation import reconcile
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_receipts import read_receipts
from airflow_provider_tiktok.warehouse.outbox_replay import ReplayFilter, ReplayResult, replay
from tests.integration.outbox.conftest import set_clock, set_clocks
from tests.integration.outbox.export import (
    NOW,
    PIXEL,
    RELATION,
    add_rows,
    change_row,
    purchase,
    states,
)

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

    Connection = psycopg.Connection[Any]

SETTINGS = EventSettings()
ENDPOINT = "event/track/"


def send_again(connection: Connection, **flags: bool) -> ReplayResult:
    """Replay the first purchase."""
    wanted = ReplayFilter(event_ids=["ord_1"])
    return replay(connection, wanted, requested_by="ann", is_dry_run=False, **flags)


def later(connection: Connection, sandbox: RunningSandbox, hours: float) -> None:
    """Let so many hours pass since NOW, here and at TikTok."""
    set_clocks(connection, sandbox, NOW + timedelta(hours=hours))


@pytest.fixture(params=["delivered", "expired_unknown"])
def ended(
    request: pytest.FixtureRequest,
    connection: Connection,
    client: TikTokClient,
    sandbox: RunningSandbox,
) -> Connection:
    """A purchase that TikTok took 72 hours ago, whether it said so or not."""
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    if request.param == "expired_unknown":
        sandbox.fault("T06", times=1, endpoint=ENDPOINT)
    deliver(connection, client, PIXEL, pace=Pace(patience=0))
    later(connection, sandbox, 48)
    deliver(connection, client, PIXEL)
    later(connection, sandbox, 72)
    assert states(connection)["ord_1"].startswith(request.param)
    return connection


def test_a_replay_that_was_refused_takes_the_flag_again(
    ended: Connection, client: TikTokClient, sandbox: RunningSandbox
) -> None:
    assert send_again(ended, past_horizon=True).replayed == 1
    sandbox.fault("A11", times=1, endpoint=ENDPOINT)
    deliver(ended, client, PIXEL)

    again = send_again(ended)

    assert (again.replayed, again.past_horizon) == (0, 1)
    assert deliver(ended, client, PIXEL).delivered == 0
    assert [event["decision"] for event in sandbox.events()] == ["counted"]
    send_again(ended, past_horizon=True)
    flags = ended.execute("select is_past_horizon from tiktok_ops.event_replays")
    assert flags.fetchall() == [(True,), (True,)]


@pytest.mark.parametrize(
    "changes",
    [{"value": "999", "currency": "XXX"}, {"consent_state": "denied"}, {"limited_data_use": True}],
    ids=str,
)
def test_a_row_that_changes_while_a_replay_waits_does_not_change_what_was_sent(
    ended: Connection, client: TikTokClient, sandbox: RunningSandbox, changes: dict[str, Any]
) -> None:
    [before] = read_receipts(ended, "tiktok_default", ["ord_1"])
    send_again(ended, past_horizon=True)
    change_row(ended, "ord_1", **changes)
    enqueue(ended, RELATION, SETTINGS)
    deliver(ended, client, PIXEL)

    [receipt] = read_receipts(ended, "tiktok_default", ["ord_1"])
    assert receipt.state != "pending"
    assert (receipt.payload, receipt.signals) == (before.payload, before.signals)
    assert receipt.payload_changed_at
    if "value" not in changes:
        assert receipt.reason == "consent_withdrawn"
        assert len(sandbox.events()) == 1


def test_a_replay_that_waits_counts_as_what_tiktok_may_have(ended: Connection) -> None:
    send_again(ended, past_horizon=True)
    [compared] = reconcile(ended, PIXEL, (NOW - timedelta(hours=1)).date(), [])
    assert (compared.receipts, compared.unknown_outcomes) == (0, 1)


def test_what_tiktok_refused_alone_may_be_corrected_after_an_unknown_outcome(
    connection: Connection, client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1, currency="XXX"))
    enqueue(connection, RELATION, SETTINGS)
    sandbox.fault("T05", times=1, endpoint=ENDPOINT)
    deliver(connection, client, PIXEL, pace=Pace(patience=0))
    later(connection, sandbox, 1)
    deliver(connection, client, PIXEL)
    assert states(connection) == {"ord_1": "quarantined rejected_by_tiktok"}

    change_row(connection, "ord_1", currency="USD")
    assert enqueue(connection, RELATION, SETTINGS).corrected == 1
    send_again(connection)
    assert deliver(connection, client, PIXEL).delivered == 1


@pytest.mark.parametrize(
    ("first", "then", "flagged"),
    [({"value": "999"}, {"value": "1.50"}, False), ({}, {"subject_key": "somebody"}, False),
     ({"value": "999"}, {"subject_key": "somebody"}, True)],
    ids=["changed back", "another column", "both"],
)  # fmt: skip
def test_the_receipt_says_whether_the_row_differs_from_what_was_sent(
    connection: Connection,
    client: TikTokClient,
    first: dict[str, Any],
    then: dict[str, Any],
    flagged: bool,  # noqa: FBT001 - a case of the table
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    if first:
        change_row(connection, "ord_1", **first)
        enqueue(connection, RELATION, SETTINGS)
    if "subject_key" in then:  # by then it is too old to be built anew
        set_clock(connection, NOW + timedelta(days=8))
    change_row(connection, "ord_1", **then)
    enqueue(connection, RELATION, SETTINGS)
    [receipt] = read_receipts(connection, "tiktok_default", ["ord_1"])
    assert bool(receipt.payload_changed_at) is flagged
