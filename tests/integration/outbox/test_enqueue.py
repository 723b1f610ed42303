"""Enqueue: every row once, whatever is wrong with it, whoever else runs, whenever it came."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.outbox import enqueue, preview
from tests.integration.outbox.conftest import set_clock
from tests.integration.outbox.export import (
    NOW,
    RELATION,
    add_rows,
    change_row,
    purchase,
    refund,
    states,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

SETTINGS = EventSettings()

BAD_ROWS = [
    ("event_time null", {"event_time": None}, "quarantined invalid_event_time"),
    ("event_time 9999", {"event_time": "9999-12-31"}, "quarantined event_time_in_future"),
    ("event_time infinity", {"event_time": "infinity"}, "quarantined invalid_event_time"),
    ("8 days old", {"event_time": NOW - timedelta(days=8)}, "expired too_old"),
    ("5 minutes ahead", {"event_time": NOW + timedelta(minutes=5)}, "pending"),
    ("1 day ahead", {"event_time": NOW + timedelta(days=1)}, "quarantined event_time_in_future"),
    ("value NaN", {"value": "NaN"}, "quarantined invalid_value"),
    ("value infinity", {"value": "Infinity"}, "quarantined invalid_value"),
    ("value of 400 digits", {"value": "9" * 400}, "quarantined invalid_value"),
    ("value of 5,000 digits", {"value": "9" * 5000}, "quarantined invalid_value"),
    ("currency unlisted", {"currency": "BGN"}, "pending"),
    ("currency text", {"currency": "dollar"}, "quarantined invalid_currency"),
    ("contents an object", {"contents": '{"a": 1}'}, "quarantined invalid_contents"),
    ("contents with a key", {"contents": '[{"sku": "1"}]'}, "quarantined invalid_contents"),
    ("no signal", {"ttclid": None, "email": None, "ip": None}, "quarantined no_signal"),
    ("private address", {"ttclid": "", "email": [], "ip": "10.0.0.1"}, "quarantined no_signal"),
    ("consent null", {"consent_state": None}, "pending"),
    ("event null", {"event": None}, "quarantined invalid_event"),
    ("source null", {"event_source": None}, "quarantined invalid_event_source"),
    ("pixel with a blank", {"event_source_id": "CUS 1"}, "quarantined invalid_event_source"),
    ("limited data use null", {"limited_data_use": None}, "pending"),
    ("connection null", {"connection_id": None}, "pending"),
    ("refund without purchase", {"kind": "refund"}, "quarantined missing_purchase"),
    ("emoji id", {"event_id": "\U0001f600"}, "pending"),
    ("right-to-left id", {"event_id": "\u200fa"}, "pending"),
    ("id with a line break", {"event_id": "ord\n"}, "quarantined invalid_event_id"),
]  # fmt: skip


def test_every_bad_row_has_its_end_and_the_good_ones_go(
    connection: psycopg.Connection[Any],
) -> None:
    for number, (_, changes, _) in enumerate(BAD_ROWS, start=1):
        add_rows(connection, purchase(number, **changes))
    add_rows(connection, purchase(1000))

    result = enqueue(connection, RELATION, SETTINGS)

    found = states(connection)
    for number, (name, changes, expected) in enumerate(BAD_ROWS, start=1):
        assert found[changes.get("event_id", f"ord_{number}")] == expected, name
    assert found["ord_1000"] == "pending"
    assert (
        result.read
        == len(BAD_ROWS) + 1
        == sum((result.enqueued, result.quarantined, result.suppressed, result.expired))
    )
    hints = connection.execute(
        "select count(*) from tiktok_ops.event_outbox where reason is not null and hint is null"
    ).fetchone()
    assert hints == (0,)


@pytest.mark.parametrize("event_id", [None, "", "   ", "x" * 4096])
def test_rows_without_a_usable_id_are_kept_apart_and_once(
    connection: psycopg.Connection[Any], event_id: str | None
) -> None:
    add_rows(connection, purchase(1, event_id=event_id), purchase(2, event_id=event_id))
    assert enqueue(connection, RELATION, SETTINGS).quarantined == 2
    assert enqueue(connection, RELATION, SETTINGS).read == 0


def test_the_same_row_twice_is_one_event(connection: psycopg.Connection[Any]) -> None:
    add_rows(connection, purchase(1), purchase(1))
    assert enqueue(connection, RELATION, SETTINGS).enqueued == 1
    assert enqueue(connection, RELATION, SETTINGS).read == 0


def test_two_rows_that_differ_under_one_key_are_set_aside(
    connection: psycopg.Connection[Any],
) -> None:
    add_rows(connection, purchase(1), purchase(1, value="99"), purchase(2))
    first = enqueue(connection, RELATION, SETTINGS)
    assert states(connection) == {"ord_1": "quarantined duplicate_key", "ord_2": "pending"}
    assert (first.enqueued, first.quarantined) == (1, 1)
    assert enqueue(connection, RELATION, SETTINGS).read == 0

    connection.execute("delete from exports.events where value = 99")
    assert enqueue(connection, RELATION, SETTINGS).corrected == 1


def test_a_changed_setting_for_purchases_sends_nothing_twice(
    connection: psycopg.Connection[Any],
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    change_row(connection, "ord_1", event="Purchase")

    enqueue(connection, RELATION, replace(SETTINGS, purchase_event="Purchase"))

    rows = connection.execute("select event, event_type from tiktok_ops.event_outbox").fetchall()
    assert rows == [("Purchase", "Purchase")]


def test_other_connections_rows_are_left_to_them(connection: psycopg.Connection[Any]) -> None:
    add_rows(connection, purchase(1), purchase(2, connection_id="other"))
    assert enqueue(connection, RELATION, SETTINGS).read == 1
    assert enqueue(connection, RELATION, replace(SETTINGS, connection_id="other")).read == 1


def test_a_row_that_changes_before_it_is_sent_is_sent_as_it_is_then(
    connection: psycopg.Connection[Any],
) -> None:
    add_rows(connection, purchase(1), purchase(2))
    enqueue(connection, RELATION, SETTINGS)
    change_row(connection, "ord_1", value="77.00")
    change_row(connection, "ord_2", value="NaN")

    result = enqueue(connection, RELATION, SETTINGS)

    assert result.refreshed == 2
    assert states(connection) == {"ord_1": "pending", "ord_2": "quarantined invalid_value"}
    payload = connection.execute(
        "select payload from tiktok_ops.event_payloads where payload is not null"
    ).fetchone()
    assert payload is not None
    assert '"value":77}' in payload[0]


def test_consent_that_comes_before_sending_lets_the_signals_go(
    connection: psycopg.Connection[Any],
) -> None:
    add_rows(connection, purchase(1, consent_state="unknown"))
    enqueue(connection, RELATION, SETTINGS)
    change_row(connection, "ord_1", consent_state="granted")
    assert enqueue(connection, RELATION, SETTINGS).refreshed == 1
    signals = connection.execute("select signals from tiktok_ops.event_payloads").fetchone()
    assert signals == (["ttclid", "email", "ip", "user_agent"],)


def test_consent_that_is_withdrawn_before_sending_stops_the_event(
    connection: psycopg.Connection[Any],
) -> None:
    add_rows(connection, purchase(1), refund(1))
    enqueue(connection, RELATION, SETTINGS)
    change_row(connection, "ord_1", consent_state="denied")
    change_row(connection, "refund_1", consent_state="denied")
    assert enqueue(connection, RELATION, SETTINGS).withdrawn == 2
    assert states(connection) == {
        "ord_1": "suppressed consent_withdrawn",
        "refund_1": "suppressed consent_withdrawn",
    }


def test_a_row_whose_clock_runs_ahead_leaves_when_its_time_has_come(
    connection: psycopg.Connection[Any],
) -> None:
    add_rows(connection, purchase(1, event_time=NOW + timedelta(minutes=20)), purchase(2))
    add_rows(connection, purchase(3, event_time=NOW + timedelta(minutes=61)))
    result = enqueue(connection, RELATION, SETTINGS)
    assert (result.read, result.ahead, result.enqueued, result.quarantined) == (2, 1, 1, 1)
    set_clock(connection, NOW + timedelta(minutes=30))
    assert enqueue(connection, RELATION, SETTINGS).enqueued == 1
    assert states(connection)["ord_1"] == "pending"


def test_a_dry_run_counts_and_leaves_nothing(connection: psycopg.Connection[Any]) -> None:
    connection.execute(
        "insert into exports.events (event_id, event_source_id) "
        "select 'x' || number, 'CUS1' from generate_series(1, 9000) as number"
    )
    with connection.transaction(force_rollback=True):
        assert enqueue(connection, RELATION, SETTINGS).quarantined == 9000
    assert states(connection) == {}
    assert enqueue(connection, RELATION, SETTINGS).quarantined == 9000


def test_a_preview_shows_what_would_leave(connection: psycopg.Connection[Any]) -> None:
    add_rows(connection, purchase(1), purchase(2, consent_state="denied"))
    shown = {event.event_id: event for event in preview(connection, RELATION, SETTINGS)}
    assert '"ttclid":"E.C.P.1"' in str(shown["ord_1"].payload)
    assert shown["ord_2"].signals == ("ip",)
    assert [e.event_id for e in preview(connection, RELATION, SETTINGS, event_ids=["ord_2"])] == [
        "ord_2"
    ]
    assert states(connection) == {}


def test_a_run_that_is_stopped_goes_on_where_it_was(connection: psycopg.Connection[Any]) -> None:
    connection.execute(
        "insert into exports.events (event_id, event_source_id) "
        "select 'x' || number, 'CUS1' from generate_series(1, 9000) as number"
    )
    first = enqueue(connection, RELATION, SETTINGS, stop=lambda: True)
    second = enqueue(connection, RELATION, SETTINGS)
    assert (first.read, second.read) == (4000, 5000)


def test_one_row_has_one_hash_in_every_time_zone(connection: psycopg.Connection[Any]) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    connection.execute("set timezone to 'Asia/Kolkata'")
    assert enqueue(connection, RELATION, SETTINGS).read == 0


def test_sixteen_runs_at_once_miss_no_late_row_and_double_none(
    connection: psycopg.Connection[Any],
    open_connection: Callable[[], psycopg.Connection[Any]],
) -> None:
    """Rows commit late and out of order while enqueues run; all are there once in the end."""
    writers, runs, rows_each = 4, 16, 60
    errors: list[BaseException] = []
    connections = [open_connection() for _ in range(writers + runs)]
    writing = threading.Event()

    def write(own: psycopg.Connection[Any], number: int) -> None:
        rng = random.Random(number)
        for row in range(rows_each):
            with own.transaction():
                age = timedelta(seconds=rng.randrange(3 * 86_400))
                add_rows(own, purchase(number * 1000 + row, event_time=NOW - age))
                threading.Event().wait(rng.random() / 200)

    def run(own: psycopg.Connection[Any]) -> None:
        while not writing.is_set():
            enqueue(own, RELATION, SETTINGS)

    def guarded(work: Callable[..., None], *arguments: Any) -> None:
        try:
            work(*arguments)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            errors.append(error)

    threads = [
        threading.Thread(target=guarded, args=(write, own, number))
        for number, own in enumerate(connections[:writers])
    ]
    readers = [threading.Thread(target=guarded, args=(run, own)) for own in connections[writers:]]
    for thread in [*threads, *readers]:
        thread.start()
    for thread in threads:
        thread.join()
    writing.set()
    for thread in readers:
        thread.join()
    assert errors == []

    enqueue(connection, RELATION, SETTINGS)

    missing = connection.execute(
        "select event_id from exports.events except select event_id from tiktok_ops.event_outbox"
    ).fetchall()
    assert missing == []
    assert connection.execute("select count(*) from tiktok_ops.event_outbox").fetchone() == (
        writers * rows_each,
    )
