"""Forgetting people, retention, and the checks that say what is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.accounts import pixel_event_stats
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.delivery_checks import Thresholds, find_alerts
from airflow_provider_tiktok.warehouse.delivery_reconciliation import Compared, gaps, reconcile
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_care import forget, resume, retain
from airflow_provider_tiktok.warehouse.outbox_replay import ReplayFilter, replay
from tests.integration.outbox.conftest import set_clock
from tests.integration.outbox.export import (
    NOW,
    PIXEL,
    RELATION,
    add_rows,
    change_row,
    purchase,
    refund,
    states,
)

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

SETTINGS = EventSettings()
TABLES = (
    "event_outbox",
    "event_payloads",
    "event_batches",
    "event_attempts",
    "event_replays",
    "forgotten_subjects",
)


def dump(connection: psycopg.Connection[Any]) -> str:
    """Return everything that the outbox's tables hold, as text."""
    rows = []
    for table in TABLES:
        rows += connection.execute(f"select t::text from tiktok_ops.{table} as t").fetchall()  # noqa: S608 - our own list
    return "\n".join(row for (row,) in rows)


def test_a_forgotten_person_is_in_no_table_and_never_comes_back(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1), refund(1), purchase(2))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    add_rows(connection, purchase(3, subject_key="person_1"))
    enqueue(connection, RELATION, SETTINGS)
    payloads = connection.execute(
        "select payload from tiktok_ops.event_payloads where subject_key = 'person_1'"
    ).fetchall()
    identifiers = {"person_1", "E.C.P.1", "E.C.P.3"}
    for (payload,) in payloads:
        identifiers |= {part for part in payload.split('"') if len(part) == 64}

    result = forget(connection, ["person_1", "nobody"], forgotten_by="ann")

    assert (result.events, result.stopped) == (3, 1)
    left = dump(connection)
    assert not [word for word in identifiers - {"E.C.P.1"} if f"{word}" in left]
    assert states(connection) == {
        "ord_1": "delivered",
        "ord_2": "delivered",
        "ord_3": "suppressed forgotten",
        "refund_1": "delivered",
    }

    change_row(connection, "ord_1", value="5")
    change_row(connection, "ord_3", value="5")
    add_rows(connection, purchase(4, subject_key="person_1"))
    enqueue(connection, RELATION, SETTINGS)
    wanted = ReplayFilter(event_ids=["ord_1", "ord_3", "ord_4"])
    replayed = replay(connection, wanted, requested_by="ann", is_dry_run=False)
    assert (replayed.replayed, replayed.without_payload) == (0, 3)
    calls = len(sandbox.requests())
    deliver(connection, client, PIXEL)
    assert len(sandbox.requests()) == calls
    assert "person_1" not in dump(connection)
    assert states(connection)["ord_4"] == "suppressed forgotten"


@pytest.mark.parametrize("changes", [{}, {"currency": "XXX"}], ids=["waits", "refused"])
def test_an_event_of_a_forgotten_person_stays_empty_under_another_key(
    connection: psycopg.Connection[Any], client: TikTokClient, changes: dict[str, Any]
) -> None:
    add_rows(connection, purchase(1, **changes))
    enqueue(connection, RELATION, SETTINGS)
    if changes:
        deliver(connection, client, PIXEL)
    forget(connection, ["person_1"], forgotten_by="ann")
    # A visitor signs in: the person has another name from now on.
    change_row(connection, "ord_1", subject_key="customer_1", currency="USD")
    result = enqueue(connection, RELATION, SETTINGS)
    assert (result.read, result.corrected, result.refreshed) == (1, 0, 0)
    kept = connection.execute("select subject_key, payload from tiktok_ops.event_payloads")
    assert kept.fetchall() == [(None, None)]
    wanted = ReplayFilter(event_ids=["ord_1"])
    found = replay(connection, wanted, requested_by="ann", is_dry_run=False)
    assert (found.replayed, found.without_payload) == (0, 1)


def test_forgetting_twice_is_forgetting_once(connection: psycopg.Connection[Any]) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    assert forget(connection, ["person_1"], forgotten_by="ann").events == 1
    assert forget(connection, ["person_1"], forgotten_by="ann").events == 0


def test_a_person_of_a_very_long_key_is_forgotten(connection: psycopg.Connection[Any]) -> None:
    key = "person_" * 50
    add_rows(connection, purchase(1, subject_key=key))
    enqueue(connection, RELATION, SETTINGS)
    assert forget(connection, [key], forgotten_by="ann").events == 1
    add_rows(connection, purchase(2, subject_key=key))
    assert enqueue(connection, RELATION, SETTINGS).reasons == {"forgotten": 1}


def test_retention_removes_what_was_said_first_and_the_receipt_later(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    add_rows(connection, purchase(1), purchase(2, currency="XXX"), refund(9))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)

    def said_at(days: float) -> list[str]:
        set_clock(connection, NOW + timedelta(days=days))
        retain(connection)
        rows = connection.execute(
            "select event_id from tiktok_ops.event_payloads "
            "inner join tiktok_ops.event_outbox using (outbox_id) "
            "where payload is not null or subject_key is not null order by 1"
        )
        return [event_id for (event_id,) in rows]

    assert said_at(6.9) == ["ord_1", "ord_2", "refund_9"]
    assert said_at(7.1) == ["ord_2", "refund_9"]
    assert said_at(30.1) == ["refund_9"]
    signals = connection.execute("select count(*) from tiktok_ops.signal_coverage").fetchone()
    assert signals == (14,)

    set_clock(connection, NOW + timedelta(days=401))
    removed = retain(connection)
    assert (removed.events, removed.batches) == (2, 3)
    assert states(connection) == {"refund_9": "pending"}


@pytest.fixture
def alerts(connection: psycopg.Connection[Any]) -> Any:
    """Return the names of the checks that fail now."""

    def names(**thresholds: Any) -> list[str]:
        return sorted(alert.check for alert in find_alerts(connection, Thresholds(**thresholds)))

    return names


def test_a_backlog_is_told_and_clears(
    connection: psycopg.Connection[Any], client: TikTokClient, alerts: Any
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    assert alerts() == []
    set_clock(connection, NOW + timedelta(hours=7))
    assert alerts() == ["backlog"]
    deliver(connection, client, PIXEL)
    assert alerts() == []


def test_a_replayed_event_waits_since_its_replay(
    connection: psycopg.Connection[Any], client: TikTokClient, alerts: Any
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    set_clock(connection, NOW + timedelta(hours=20))
    replay(connection, ReplayFilter(event_ids=["ord_1"]), requested_by="ann", is_dry_run=False)
    assert alerts() == []
    set_clock(connection, NOW + timedelta(hours=27))
    assert alerts() == ["backlog"]


def test_too_many_quarantined_events_are_told_with_the_reason(
    connection: psycopg.Connection[Any], alerts: Any
) -> None:
    add_rows(connection, purchase(1, value="NaN"))
    enqueue(connection, RELATION, SETTINGS)
    [alert] = find_alerts(connection)
    assert alert.check == "quarantine"
    assert "1 of 1" in alert.message
    assert "value is a finite number" in alert.message
    set_clock(connection, NOW + timedelta(hours=25))
    assert alerts() == []


def test_a_dead_token_is_told_until_tiktok_takes_events_again(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    sandbox: RunningSandbox,
    alerts: Any,
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    sandbox.fault("A08", times=1)
    deliver(connection, client, PIXEL)
    [alert] = find_alerts(connection)
    assert alert.check == "needs_reauth"
    assert "uthorise" in alert.message
    resume(connection, PIXEL)
    deliver(connection, client, PIXEL)
    assert alerts() == []


def test_events_given_up_with_an_unknown_outcome_are_told(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    sandbox: RunningSandbox,
    alerts: Any,
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    sandbox.fault("T06", times=1)
    deliver(connection, client, PIXEL, pace=Pace(patience=0))
    set_clock(connection, NOW + timedelta(hours=48))
    deliver(connection, client, PIXEL)
    assert alerts() == ["expired_unknown"]


def test_a_drop_of_a_signal_is_told(
    connection: psycopg.Connection[Any], client: TikTokClient, alerts: Any
) -> None:
    yesterday, before = NOW - timedelta(hours=10), NOW - timedelta(days=3)
    for number in range(1, 21):
        add_rows(connection, purchase(number, event_time=before, ttp=f"cookie-{number}"))
        ttp = f"cookie-{number}" if number <= 12 else None
        add_rows(connection, purchase(100 + number, event_time=yesterday, ttp=ttp))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    assert alerts(fewest_events=20, largest_coverage_drop=0.5) == []
    [alert] = find_alerts(connection, Thresholds(fewest_events=20))
    assert alert.check == "coverage"
    assert alert.message.startswith("ttp was on 60% of yesterday's CompletePayment events")


def test_forgotten_people_do_not_count_against_a_signal(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    add_rows(connection, *map(purchase, range(1, 5)))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    forget(connection, ["person_1", "person_2"], forgotten_by="ann")
    email = connection.execute(
        "select events, share from tiktok_ops.signal_coverage where signal = 'email'"
    )
    assert email.fetchall() == [(2, 1)]


def test_receipts_are_compared_with_what_tiktok_counted(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    day = (NOW - timedelta(days=1)).date()
    add_rows(connection, *(purchase(number) for number in range(1, 51)), refund(1))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)

    def found() -> list[str]:
        counted = pixel_event_stats(
            client, "7000000000000000001", ["7500000000000000001"], day, day
        )
        compared = reconcile(connection, PIXEL, day, counted)
        return [alert.message for alert in gaps(compared, largest_share=0.0)]

    assert found() == []
    connection.execute(
        "update tiktok_ops.event_outbox set state = 'suppressed', reason = 'test' "
        "where event_id = 'ord_7'"
    )
    [gap] = found()
    assert "49 receipts, TikTok counted 50" in gap
    assert "1 have no receipt here: look for another sender" in gap
    add_rows(connection, purchase(51))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    sandbox.reset("events")
    # Compared under today's names, whatever name leaves.
    assert found()[1].startswith(f"Purchase on {day}: 50 receipts, TikTok counted 0")
    kept = connection.execute(
        "select event_type, receipts, counted_total from tiktok_ops.event_reconciliations "
        "order by event_type"
    )
    assert kept.fetchall() == [("CancelOrder", 1, 0), ("Purchase", 50, 0)]


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((100, 0, 100, 100), None),
        ((100, 0, 99, 99), None),
        ((100, 0, 97, 97), "3 that TikTok accepted are not counted"),
        ((100, 0, 150, 100), None),
        ((100, 0, 100, 60), None),
        ((100, 0, 105, 105), "5 have no receipt here"),
        ((100, 5, 105, 105), None),
        ((0, 0, 1, 1), "1 have no receipt here"),
    ],
    ids=[
        "equal",
        "within the share",
        "lost at TikTok",
        "the browser sends others",
        "the browser was first",
        "another sender",
        "unknown outcomes arrived",
        "only another sender",
    ],
)
def test_a_gap_is_told_beyond_the_share(
    counts: tuple[int, int, int, int], verdict: str | None
) -> None:
    receipts, unknown, total, server = counts
    one = Compared(
        event_source_id=PIXEL,
        day=NOW.date(),
        event_type="Purchase",
        receipts=receipts,
        unknown_outcomes=unknown,
        counted_total=total,
        counted_server=server,
        counted_browser=total - server,
    )
    found = gaps([one], largest_share=0.02)
    assert [verdict in alert.message for alert in found] == ([True] if verdict else [])


def test_health_says_how_each_pixel_is(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    add_rows(connection, purchase(1), purchase(2, currency="XXX"), refund(3), purchase(4))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    add_rows(connection, purchase(5))
    enqueue(connection, RELATION, SETTINGS)
    set_clock(connection, NOW + timedelta(minutes=30))
    row = connection.execute(
        "select events, pending, waiting_for_purchase, delivered, quarantined, "
        "oldest_pending_seconds between 1700 and 1810, is_paused, blocked_reason "
        "from tiktok_ops.delivery_health"
    ).fetchall()
    assert row == [(5, 2, 1, 2, 1, True, False, None)]


def test_the_views_show_no_person(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    payload = connection.execute("select payload from tiktok_ops.event_payloads").fetchone()
    assert payload is not None
    hashes = [part for part in payload[0].split('"') if len(part) == 64]
    assert hashes
    for view in ("event_receipts", "signal_coverage", "delivery_health"):
        text = str(connection.execute(f"select v::text from tiktok_ops.{view} as v").fetchall())  # noqa: S608 - our own list
        assert not [word for word in (*hashes, "E.C.P.1", "73.162.1.9", "person_1") if word in text]
