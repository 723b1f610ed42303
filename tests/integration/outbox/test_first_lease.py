"""An event that a worker has for the first time: its row is as before, and nobody changes it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import errors

from airflow_provider_tiktok.warehouse.delivery_consent import withdraw
from airflow_provider_tiktok.warehouse.delivery_decisions import DELIVERED, NOT_SENT, Verdict
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_care import count_subjects, forget
from airflow_provider_tiktok.warehouse.outbox_receipts import read_receipts
from tests.chaos.waiting import wait_until
from tests.integration.outbox.export import (
    PIXEL,
    RELATION,
    change_row,
    states,
)
from tests.integration.outbox.leases import SETTINGS, claim, put, settle, take
from tests.integration.outbox.test_claim_beside_enqueue import ASLEEP, SLOW_CLOCK, claim_slowly

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from airflow_provider_tiktok.warehouse.outbox_batches import Batch

LATER = Verdict("unknown", is_unknown=True, is_failure=True)
WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
STOPPED_CLOCK = """
create or replace function tiktok_ops.now() returns timestamptz language sql stable
as $$ select '2026-11-03 00:00Z'::timestamptz $$
"""


def change(connection: psycopg.Connection[Any]) -> object:
    """Read another value of the first purchase."""
    change_row(connection, "ord_1", value="99.00")
    result = enqueue(connection, RELATION, SETTINGS)
    return result.payload_changed, result.refreshed


def deny(connection: psycopg.Connection[Any]) -> object:
    """Read again who has withdrawn consent."""
    change_row(connection, "ord_1", consent_state="denied")
    return withdraw(connection, PIXEL)


def limit(connection: psycopg.Connection[Any]) -> object:
    """Read again who asks for limited data use."""
    change_row(connection, "ord_1", limited_data_use=True)
    return withdraw(connection, PIXEL)


def remove(connection: psycopg.Connection[Any]) -> object:
    """Forget the person of the first purchase."""
    counted = count_subjects(connection, ["person_1"])
    result = forget(connection, ["person_1"], forgotten_by="ann")
    assert counted == result
    return result.events, result.stopped


# what somebody does, and what it finds of an event that a worker has
OTHERS: list[tuple[Callable[[psycopg.Connection[Any]], object], object]] = [
    (change, (0, 0)),
    (deny, 0),
    (limit, 0),
    (remove, (1, 0)),
]


def test_an_event_on_its_way_for_the_first_time_is_shown_as_such(
    connection: psycopg.Connection[Any],
) -> None:
    put(connection, 2)
    batch = take(connection, 1)
    [first, second] = read_receipts(connection, "tiktok_default", ["ord_1", "ord_2"])
    assert (first.state, second.state) == ("inflight", "pending")
    assert (first.next_attempt_at is None, second.next_attempt_at is None) == (True, False)
    shown = connection.execute(
        "select event_id, state, attempts, batch_id, first_sent_at is not null "
        "from tiktok_ops.event_receipts order by event_id"
    )
    assert shown.fetchall() == [
        ("ord_1", "inflight", 1, batch.batch_id, True),
        ("ord_2", "pending", 0, None, False),
    ]
    health = connection.execute("select pending, inflight from tiktok_ops.delivery_health")
    assert health.fetchall() == [(1, 1)]


@pytest.mark.parametrize(("do", "finds"), OTHERS, ids=lambda one: getattr(one, "__name__", ""))
def test_nobody_changes_an_event_that_a_worker_has(
    connection: psycopg.Connection[Any],
    do: Callable[[psycopg.Connection[Any]], object],
    finds: object,
) -> None:
    put(connection)
    batch = take(connection)
    assert do(connection) == finds
    assert settle(connection, batch, DELIVERED) == 1
    assert states(connection) == {"ord_1": "delivered"}


@pytest.mark.parametrize(("do", "finds"), OTHERS, ids=lambda one: getattr(one, "__name__", ""))
def test_who_waits_for_a_claim_to_commit_finds_the_event_with_the_worker(
    connection: psycopg.Connection[Any],
    other: psycopg.Connection[Any],
    do: Callable[[psycopg.Connection[Any]], object],
    finds: object,
) -> None:
    put(connection)
    if do is remove:
        do = lambda session: (  # noqa: E731 - without the count, which does not wait
            (result := forget(session, ["person_1"], forgotten_by="ann")).events,
            result.stopped,
        )
    found: list[object] = []
    with connection.transaction():
        batch = take(connection)
        thread = threading.Thread(target=lambda: found.append(do(other)))
        thread.start()
        wait_until(lambda: connection.execute(WAITING).fetchone() == (1,), 10, "it waits")
    thread.join()

    assert found == [finds]
    assert settle(connection, batch, DELIVERED) == 1
    assert states(connection) == {"ord_1": "delivered"}


def test_a_claim_that_looked_before_another_one_took_passes_it_over(
    connection: psycopg.Connection[Any], other: psycopg.Connection[Any]
) -> None:
    put(connection, 3)
    connection.execute(SLOW_CLOCK)
    taken: list[Batch | None] = []
    slow = threading.Thread(target=claim_slowly, args=(other, taken))
    slow.start()
    wait_until(lambda: connection.execute(ASLEEP).fetchone() == (1,), 10, "the claim looks")
    batch = take(connection)
    slow.join()

    assert len(batch) == 3
    assert taken == [None]


@pytest.mark.parametrize(
    ("verdict", "finds"), [(DELIVERED, (1, 0)), (NOT_SENT, (0, 1))], ids=["delivered", "not sent"]
)
def test_a_row_that_changed_while_a_worker_had_its_event_is_read_again_afterwards(
    connection: psycopg.Connection[Any], verdict: Verdict, finds: object
) -> None:
    put(connection)
    batch = take(connection)
    assert change(connection) == (0, 0)
    settle(connection, batch, verdict)
    assert change(connection) == finds


@pytest.mark.parametrize("verdict", [NOT_SENT, LATER], ids=lambda verdict: verdict.outcome)
def test_an_event_comes_back_even_where_the_clock_stands_still(
    connection: psycopg.Connection[Any], verdict: Verdict
) -> None:
    connection.execute(STOPPED_CLOCK)
    put(connection)
    batch = take(connection)
    assert claim(connection) is None
    assert settle(connection, batch, verdict) == 1
    again = take(connection)
    assert again.outbox_ids == batch.outbox_ids
    assert again.batch_id != batch.batch_id


def test_what_a_forgotten_person_did_is_not_sent_again(
    connection: psycopg.Connection[Any],
) -> None:
    put(connection)
    batch = take(connection)
    remove(connection)
    assert settle(connection, batch, NOT_SENT) == 1
    assert claim(connection) is None
    assert states(connection) == {"ord_1": "suppressed payload_removed"}


def test_an_event_that_a_worker_has_cannot_be_put_back_into_the_queue_by_hand(
    connection: psycopg.Connection[Any],
) -> None:
    put(connection)
    take(connection)
    with pytest.raises(errors.RaiseException, match="is with a worker"):
        connection.execute(
            "update tiktok_ops.event_outbox set next_attempt_at = next_attempt_at + interval '1 h'"
        )
