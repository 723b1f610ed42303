"""Replay: what a person asks for, counted first, and never twice by accident."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.database import WarehouseError
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_replay import ReplayFilter, replay
from tests.integration.outbox.conftest import set_clocks
from tests.integration.outbox.export import (
    NOW,
    OTHER_PIXEL,
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

SETTINGS = EventSettings()


@pytest.fixture
def delivered(connection: psycopg.Connection[Any], client: TikTokClient) -> psycopg.Connection[Any]:
    """Three delivered purchases of two pixels, a delivered lead and a quarantined purchase."""
    add_rows(
        connection,
        purchase(1),
        purchase(2, event_time=NOW - timedelta(days=2)),
        purchase(3, event_source_id=OTHER_PIXEL),
        purchase(4, event="Lead"),
        purchase(5, currency="XXX"),
    )
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL, run_id="first run")
    deliver(connection, client, OTHER_PIXEL, run_id="second run")
    return connection


FILTERS = [
    ({"event_ids": ["ord_1", "ord_2", "ord_9"]}, 2),
    ({"states": ["quarantined"]}, 1),
    ({"states": ["delivered"]}, 4),
    ({"reasons": ["rejected_by_tiktok"]}, 1),
    ({"event": "Lead"}, 1),
    ({"event_source_id": OTHER_PIXEL}, 1),
    ({"since": NOW - timedelta(days=1)}, 4),
    ({"until": NOW - timedelta(days=1)}, 1),
    ({"run_id": "second run"}, 1),
    ({"states": ["delivered"], "event": "CompletePayment", "event_source_id": PIXEL}, 2),
]


@pytest.mark.parametrize(("wanted", "count"), FILTERS, ids=str)
def test_a_replay_does_what_its_dry_run_counted(
    delivered: psycopg.Connection[Any], wanted: dict[str, Any], count: int
) -> None:
    before = states(delivered)
    dry = replay(delivered, ReplayFilter(**wanted), requested_by="ann")
    assert (dry.replayed, states(delivered)) == (count, before)

    done = replay(delivered, ReplayFilter(**wanted), requested_by="ann", is_dry_run=False)

    assert done.replayed == count
    pending = [key for key, state in states(delivered).items() if state == "pending"]
    assert len(pending) == count
    assert delivered.execute("select count(*) from tiktok_ops.event_replays").fetchone() == (count,)


def test_three_replays_within_48_hours_count_once_at_tiktok(
    delivered: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    wanted = ReplayFilter(states=["delivered"], event_source_id=PIXEL)
    for _ in range(3):
        assert replay(delivered, wanted, requested_by="ann", is_dry_run=False).replayed == 3
        assert deliver(delivered, client, PIXEL).delivered == 3
    assert len(sandbox.events(decision="counted", event_source_id=PIXEL)) == 3
    attempts = delivered.execute(
        "select attempts, replays from tiktok_ops.event_outbox where event_id = 'ord_1'"
    ).fetchone()
    assert attempts is not None
    assert attempts[1] == 3
    receipts = delivered.execute(
        "select count(*) from tiktok_ops.event_receipts where event_id = 'ord_1'"
    ).fetchone()
    assert receipts == (attempts[0],)


def test_past_the_horizon_it_takes_a_flag(
    delivered: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    later = NOW + timedelta(hours=49)
    set_clocks(delivered, sandbox, later)
    wanted = ReplayFilter(event_ids=["ord_1", "ord_5"])

    refused = replay(delivered, wanted, requested_by="ann", is_dry_run=False)
    # TikTok never took ord_5, so sending it again cannot count twice.
    assert (refused.replayed, refused.past_horizon) == (1, 1)

    forced = replay(
        delivered,
        ReplayFilter(event_ids=["ord_1"]),
        requested_by="ann",
        is_dry_run=False,
        past_horizon=True,
    )
    assert forced.replayed == 1
    assert deliver(delivered, client, PIXEL).delivered == 1
    assert len(sandbox.events(decision="counted", event_id="ord_1")) == 2
    row = delivered.execute("select from_state, is_past_horizon from tiktok_ops.event_replays "
                            "inner join tiktok_ops.event_outbox using (outbox_id) "
                            "where event_id = 'ord_1'").fetchone()  # fmt: skip
    assert row == ("delivered", True)


def test_a_quarantined_event_that_was_corrected_goes_as_it_is_now(
    delivered: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    change_row(delivered, "ord_5", currency="EUR")
    enqueue(delivered, RELATION, SETTINGS)
    assert states(delivered)["ord_5"] == "quarantined rejected_by_tiktok"
    replay(delivered, ReplayFilter(event_ids=["ord_5"]), requested_by="ann", is_dry_run=False)
    deliver(delivered, client, PIXEL)
    [event] = sandbox.events(event_id="ord_5")
    assert event["payload"]["properties"]["currency"] == "EUR"


def test_a_row_that_cannot_be_read_is_not_replayed(connection: psycopg.Connection[Any]) -> None:
    add_rows(connection, purchase(1, value="NaN"))
    enqueue(connection, RELATION, SETTINGS)
    found = replay(
        connection, ReplayFilter(states=["quarantined"]), requested_by="ann", is_dry_run=False
    )
    assert (found.replayed, found.without_payload) == (0, 1)


def test_a_delivered_event_says_what_was_sent_whatever_its_row_says_now(
    delivered: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    change_row(delivered, "ord_1", value="999")
    result = enqueue(delivered, RELATION, SETTINGS)
    assert (result.payload_changed, result.refreshed) == (1, 0)
    assert enqueue(delivered, RELATION, SETTINGS).read == 0
    row = delivered.execute(
        "select state, payload_changed_at is not null from tiktok_ops.event_receipts "
        "where event_id = 'ord_1'"
    ).fetchone()
    assert row == ("delivered", True)

    replay(delivered, ReplayFilter(event_ids=["ord_1"]), requested_by="ann", is_dry_run=False)
    deliver(delivered, client, PIXEL)
    values = {event["payload"]["properties"]["value"] for event in sandbox.events(event_id="ord_1")}
    assert values == {1.5}


def test_a_change_that_does_not_reach_the_payload_is_no_change(
    delivered: psycopg.Connection[Any],
) -> None:
    change_row(delivered, "ord_1", subject_key="somebody else")
    result = enqueue(delivered, RELATION, SETTINGS)
    assert (result.read, result.payload_changed) == (1, 0)


@pytest.mark.parametrize("wanted", [{}, {"states": ["pending"]}, {"states": ["deliverd"]}], ids=str)
def test_a_filter_that_is_a_slip_is_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(WarehouseError):
        ReplayFilter(**wanted)
