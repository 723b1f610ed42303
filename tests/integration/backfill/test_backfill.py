"""A backfill in the warehouse: planned once, its slices worked on by one at a time, reported."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.backfill import (
    Price,
    SliceBusyError,
    advance,
    counted,
    end_slice,
    find_backfill,
    keep_plan,
    open_slices,
    progress,
    report,
    taken,
)
from airflow_provider_tiktok.warehouse.backfill_request import BackfillRequest, slices_of
from airflow_provider_tiktok.warehouse.backfill_survey import Tally, survey_events
from airflow_provider_tiktok.warehouse.database import WarehouseError, connect
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_care import forget
from tests.integration.outbox.conftest import set_clock
from tests.integration.outbox.export import (
    NOW,
    PIXEL,
    RELATION,
    add_rows,
    change_row,
    create_export,
    purchase,
    refund,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

DAY = timedelta(days=1)
SETTINGS = EventSettings()
SPEND = BackfillRequest(
    "tiktok_default", ("spend",), date(2026, 10, 1), date(2026, 10, 20), advertiser_ids=("1",)
)
EVENTS = BackfillRequest(
    "tiktok_default",
    ("conversions", "refunds"),
    NOW.date() - 9 * DAY,
    NOW.date(),
    event_source_ids=(PIXEL,),
)
VIEWS = {"conversions": RELATION, "refunds": RELATION}


@pytest.fixture
def connection(warehouse: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a warehouse with an empty export table, at NOW."""
    with connect(warehouse) as connection:
        set_clock(connection, NOW)
        create_export(connection)
        yield connection


def plan(connection: psycopg.Connection[Any], request: BackfillRequest, run_id: str = "one",
         **options: Any) -> tuple[int, bool]:  # fmt: skip
    return keep_plan(
        connection,
        request,
        slices_of(request, VIEWS),
        options.pop("counts", Counter()),
        Price(1, 2, 3.0),
        run_id=run_id,
        is_dry_run=options.pop("is_dry_run", False),
    )


def test_the_same_request_goes_on_until_it_is_done(connection: psycopg.Connection[Any]) -> None:
    number, goes_on = plan(connection, SPEND)
    assert (number, goes_on) == (1, False)
    assert open_slices(connection, number) == {"spend": [1, 2, 3]}
    end_slice(connection, number, 2, "done", {})
    assert plan(connection, replace(SPEND, pace=0.1), "two") == (number, True)
    assert open_slices(connection, number) == {"spend": [1, 3]}
    for piece in (1, 3):
        end_slice(connection, number, piece, "done", {})
    report(connection, find_backfill(connection, number))
    assert progress(connection, "tiktok_default")[0].state == "done"
    again, goes_on = plan(connection, SPEND, "three")
    assert (again > number, goes_on) == (True, False)


def test_a_dry_run_never_stands_in_the_way(connection: psycopg.Connection[Any]) -> None:
    first, _ = plan(connection, SPEND, is_dry_run=True)
    second, goes_on = plan(connection, SPEND, is_dry_run=True)
    assert (second > first, goes_on) == (True, False)
    assert plan(connection, SPEND)[1] is False


def test_a_request_of_other_pixels_is_another_backfill(connection: psycopg.Connection[Any]) -> None:
    first, _ = plan(connection, EVENTS)
    second, goes_on = plan(connection, replace(EVENTS, event_source_ids=("other",)))
    assert (second > first, goes_on) == (True, False)


def test_two_never_work_on_one_slice(connection: psycopg.Connection[Any], warehouse: str) -> None:
    number, _ = plan(connection, SPEND)
    with connect(warehouse) as other:
        with taken(connection, number, 1, run_id="one"):
            with (
                pytest.raises(SliceBusyError),
                taken(other, number, 1, run_id="two"),
            ):
                pass
            with taken(other, number, 2, run_id="two") as piece:
                assert piece is not None
        with taken(other, number, 1, run_id="two") as piece:
            assert piece is not None


def test_a_worker_that_dies_lets_its_slice_go(
    connection: psycopg.Connection[Any], warehouse: str
) -> None:
    number, _ = plan(connection, SPEND)
    doomed = connect(warehouse)
    hold = taken(doomed, number, 1, run_id="one")
    hold.__enter__()
    connection.execute("select pg_terminate_backend(%s, 60000)", [doomed.info.backend_pid])
    doomed.close()
    hold.__exit__(None, None, None)
    with taken(connection, number, 1, run_id="two") as piece:
        assert piece is not None
    assert connection.execute(
        "select tries from tiktok_ops.backfill_slices where slice_number = 1"
    ).fetchone() == (2,)


def test_a_slice_goes_on_after_the_day_that_was_done_last(
    connection: psycopg.Connection[Any],
) -> None:
    number, _ = plan(connection, SPEND)
    with taken(connection, number, 1, run_id="one") as piece:
        assert piece is not None
        assert piece.next_day == piece.last_day == SPEND.last_day
        advance(connection, piece, piece.last_day - 2 * DAY, {"pulls": 2})
    with taken(connection, number, 1, run_id="two") as piece:
        assert piece is not None
        assert piece.next_day == SPEND.last_day - 2 * DAY
        end_slice(connection, number, 1, "done", {"pulls": 7})
    with taken(connection, number, 1, run_id="three") as piece:
        assert piece is None


def test_a_slice_that_fails_says_why_and_is_left(connection: psycopg.Connection[Any]) -> None:
    number, _ = plan(connection, SPEND)
    with pytest.raises(ZeroDivisionError), taken(connection, number, 1, run_id="one"):
        1 / 0  # noqa: B018 - what a slice may end with
    state = progress(connection, "tiktok_default")[0]
    assert (state.slices_failed, state.last_message) == (1, "division by zero")
    assert open_slices(connection, number) == {"spend": [1, 2, 3]}


def test_a_backfill_that_nobody_planned_says_what_to_clear(
    connection: psycopg.Connection[Any],
) -> None:
    with pytest.raises(WarehouseError, match="clear the task `plan`"):
        find_backfill(connection, 9)


def test_the_survey_counts_what_would_become_of_events_and_writes_nothing(
    connection: psycopg.Connection[Any],
) -> None:
    add_rows(connection, *(purchase(number) for number in range(1, 7)))
    scope = EVENTS.scope(EVENTS.first_day, EVENTS.last_day)
    enqueue(connection, RELATION, SETTINGS)
    change_row(connection, "ord_1", value=99)
    connection.execute(
        "update tiktok_ops.event_outbox set state = 'delivered', next_attempt_at = null, "
        "settled_at = tiktok_ops.now() where event_id in ('ord_2', 'ord_3')"
    )
    forget(connection, ["person_12"], forgotten_by="test")
    add_rows(
        connection,
        purchase(7),
        purchase(8, event_time=NOW - 8 * DAY),
        purchase(9, event_time=NOW - 20 * DAY),
        purchase(10, ttclid=None, email=None, ip=None),
        purchase(11, value="NaN"),
        purchase(12),
    )
    before = connection.execute("select count(*) from tiktok_ops.event_outbox").fetchone()
    found = survey_events(connection, "conversions", RELATION, SETTINGS, scope)
    assert {(tally.outcome, tally.reason): n for tally, n in found.items()} == {
        ("waiting", ""): 4,
        ("already_sent", ""): 2,
        ("changed", ""): 1,
        ("new", ""): 1,
        ("too_old", "too_old"): 1,
        ("without_signals", "no_signal"): 1,
        ("refused", "invalid_value"): 1,
        ("without_consent", "forgotten"): 1,
    }
    assert connection.execute("select count(*) from tiktok_ops.event_outbox").fetchone() == before


def test_the_report_says_what_was_sent_since_and_what_was_sent_before(
    connection: psycopg.Connection[Any],
) -> None:
    settle = (
        "update tiktok_ops.event_outbox set state = 'delivered', next_attempt_at = null, "
        "settled_at = tiktok_ops.now() where event_id = %s"
    )
    add_rows(connection, purchase(1), purchase(2), refund(3), purchase(4, event_time=NOW - 8 * DAY))
    enqueue(connection, RELATION, SETTINGS)
    connection.execute(settle, ["ord_1"])
    number, _ = plan(connection, EVENTS)
    connection.execute(settle, ["ord_2"])
    report(connection, find_backfill(connection, number))
    found = counted(connection, number, "reported")
    assert found == {
        Tally("conversions", PIXEL, "already_sent", ""): 1,
        Tally("conversions", PIXEL, "sent", ""): 1,
        Tally("conversions", PIXEL, "too_old", "too_old"): 1,
        Tally("refunds", PIXEL, "waiting", "waits_for_purchase"): 1,
    }
    assert progress(connection, "tiktok_default")[0].state == "open"
