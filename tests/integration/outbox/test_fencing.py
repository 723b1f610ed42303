"""Workers that come back late change nothing, unless nobody has taken their events since."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.warehouse import outbox_batches as batches
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.delivery_decisions import DELIVERED, NOT_SENT, Verdict
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_batches import Limits, Worker
from tests.integration.outbox.conftest import set_clock
from tests.integration.outbox.export import NOW, PIXEL, RELATION, states
from tests.integration.outbox.leases import LIMITS, SETTINGS, put, settle, take

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

LATER = Verdict("unknown", is_unknown=True, is_failure=True)
REFUSED = Verdict("rejected", state="quarantined", reason="rejected_by_tiktok", was_refused=True)


def lose_lease(connection: psycopg.Connection[Any], minutes: float = 3) -> None:
    """Let the lease of every worker end, and take back what they held."""
    set_clock(connection, NOW + timedelta(minutes=minutes))
    batches.recover(connection)


@pytest.mark.parametrize("verdict", [DELIVERED, LATER, REFUSED, NOT_SENT], ids=lambda v: v.outcome)
def test_a_late_answer_changes_nothing_that_another_worker_has_taken(
    connection: psycopg.Connection[Any], verdict: Verdict
) -> None:
    put(connection, 3)
    late = take(connection)
    assert batches.start(connection, late, LIMITS)
    lose_lease(connection)
    other = take(connection)

    assert settle(connection, late, verdict) == 0

    rows = connection.execute("select distinct state, batch_id from tiktok_ops.event_outbox")
    assert rows.fetchall() == [("inflight", other.batch_id)]
    assert settle(connection, other, DELIVERED) == 3
    assert settle(connection, late, verdict) == 0
    assert set(states(connection).values()) == {"delivered"}


def test_a_late_success_counts_while_nobody_has_taken_the_events(
    connection: psycopg.Connection[Any],
) -> None:
    put(connection, 3)
    late = take(connection)
    batches.start(connection, late, LIMITS)
    lose_lease(connection)
    unknown = connection.execute(
        "select distinct state, has_unknown_outcome from tiktok_ops.event_outbox"
    ).fetchall()
    assert unknown == [("pending", True)]

    assert settle(connection, late, DELIVERED) == 3
    assert set(states(connection).values()) == {"delivered"}


@pytest.mark.parametrize("verdict", [LATER, REFUSED], ids=lambda v: v.outcome)
def test_a_late_failure_does_not_change_what_was_taken_back(
    connection: psycopg.Connection[Any], verdict: Verdict
) -> None:
    put(connection, 3)
    late = take(connection)
    batches.start(connection, late, LIMITS)
    lose_lease(connection)
    assert settle(connection, late, verdict) == 0
    assert set(states(connection).values()) == {"pending"}


def test_a_worker_that_lost_its_lease_does_not_send(connection: psycopg.Connection[Any]) -> None:
    put(connection, 1)
    late = take(connection)
    set_clock(connection, NOW + timedelta(minutes=3))
    assert not batches.start(connection, late, LIMITS)
    batches.recover(connection)
    assert not batches.start(connection, late, LIMITS)


def test_what_was_leased_and_never_started_is_no_attempt_that_could_have_arrived(
    connection: psycopg.Connection[Any],
) -> None:
    put(connection, 2)
    take(connection)
    lose_lease(connection)
    rows = connection.execute(
        "select distinct state, has_unknown_outcome, first_sent_at, outcome "
        "from tiktok_ops.event_receipts"
    ).fetchall()
    assert rows == [("pending", False, None, "not_sent")]


def test_a_live_lease_is_left_alone(connection: psycopg.Connection[Any]) -> None:
    put(connection, 2)
    batch = take(connection)
    batches.start(connection, batch, LIMITS)
    set_clock(connection, NOW + timedelta(seconds=100))
    assert batches.recover(connection) == 0
    assert settle(connection, batch, DELIVERED) == 2


def test_a_batch_is_settled_once(connection: psycopg.Connection[Any]) -> None:
    put(connection, 2)
    batch = take(connection)
    batches.start(connection, batch, LIMITS)
    assert settle(connection, batch, DELIVERED) == 2
    assert settle(connection, batch, DELIVERED) == 0
    assert settle(connection, batch, LATER) == 0


def test_pieces_of_a_batch_leave_its_events_to_whoever_has_them(
    connection: psycopg.Connection[Any],
) -> None:
    put(connection, 4)
    late = take(connection)
    batches.start(connection, late, LIMITS)
    lose_lease(connection)
    other = take(connection, size=2)
    halves = Verdict("rejected", pieces=((0, 1), (2, 3)), was_refused=True)
    pieces = batches.split(connection, late, halves, None, worker=Worker(PIXEL), limits=LIMITS)
    assert pieces == []
    assert settle(connection, other, DELIVERED) == 2


def test_four_workers_share_a_backlog_without_taking_an_event_twice(
    connection: psycopg.Connection[Any],
    open_connection: Callable[[], psycopg.Connection[Any]],
    make_client: Callable[..., TikTokClient],
    sandbox: RunningSandbox,
) -> None:
    put(connection, 1)
    connection.execute(
        "insert into exports.events select (jsonb_populate_record(model, jsonb_build_object("
        "'event_id', 'many_' || number))).* from exports.events as model "
        "cross join generate_series(1, 3999) as numbers (number) where event_id = 'ord_1'"
    )
    enqueue(connection, RELATION, SETTINGS)
    delivered: list[int] = []

    def work(own: psycopg.Connection[Any]) -> None:
        result = deliver(own, make_client(), PIXEL, limits=Limits(batch_size=100))
        delivered.append(result.delivered)

    threads = [threading.Thread(target=work, args=(open_connection(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(delivered) == 4000
    received = sandbox.events(limit=10_000)
    assert len(received) == len({event["event_id"] for event in received}) == 4000
