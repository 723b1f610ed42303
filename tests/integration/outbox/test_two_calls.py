"""Two calls of one run are on their way once TikTok has taken one; after any other answer, one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.delivery_result import Stopped
from airflow_provider_tiktok.warehouse.outbox_batches import Limits
from tests.chaos.waiting import wait_until
from tests.integration.outbox.export import PIXEL
from tests.integration.outbox.leases import put

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.messages import ApiRequest, ApiResponse
    from sandbox.server import RunningSandbox

EVENTS = 10
PAIRS = Limits(batch_size=2)
SECONDS = 10.0
RECEIPTS = "select outcome, count(*) from tiktok_ops.event_receipts group by outcome"
REFUSED = "select count(*) from tiktok_ops.event_batches where outcome = 'reauthorise'"
NEVER_LEFT = "select count(*) from tiktok_ops.event_outbox where first_sent_at is null"


class Watched(Transport):
    """Calls number `pair` and the one after it begin together, or fail; `then` is called first."""

    pair: int
    then: Callable[[int], None]
    both: threading.Barrier
    lock: threading.Lock
    calls: list[int]
    under_way: list[int]

    def send(self, request: ApiRequest, access_token: str | None) -> ApiResponse:
        with self.lock:
            number = len(self.calls) + 1
            self.calls.append(number)
            self.under_way.append(self.under_way[-1] + 1)
        try:
            if number in (self.pair, self.pair + 1):
                self.both.wait(SECONDS)
            self.then(number)
            return super().send(request, access_token)
        finally:
            with self.lock:
                self.under_way.append(self.under_way[-1] - 1)


Watch = type[Watched]
MakeWatched = "Callable[..., tuple[TikTokClient, Watch]]"


@pytest.fixture
def watched(
    connection: psycopg.Connection[Any], make_client: Callable[..., TikTokClient]
) -> MakeWatched:
    """Put ten events into the outbox; make clients whose calls are watched."""
    put(connection, EVENTS)

    def make(pair: int, then: Callable[[int], None] = lambda _: None) -> tuple[TikTokClient, Watch]:
        members = {
            "pair": pair,
            "then": staticmethod(then),
            "both": threading.Barrier(2),
            "lock": threading.Lock(),
            "calls": [],
            "under_way": [0],
        }
        watch = type("Watch", (Watched,), members)
        return make_client(transport=watch), watch

    return make


def test_one_call_goes_first_and_then_two_are_on_their_way(
    connection: psycopg.Connection[Any], sandbox: RunningSandbox, watched: MakeWatched
) -> None:
    client, watch = watched(pair=2)

    result = deliver(connection, client, PIXEL, limits=PAIRS)

    assert (result.calls, result.delivered, result.stopped) == (5, EVENTS, Stopped.EMPTY)
    assert watch.under_way[:3] == [0, 1, 0]
    assert max(watch.under_way) == 2
    assert sorted(event["event_id"] for event in sandbox.events()) == sorted(
        f"ord_{number}" for number in range(1, EVENTS + 1)
    )


def test_nothing_is_on_its_way_beside_a_first_call_that_is_refused(
    connection: psycopg.Connection[Any], sandbox: RunningSandbox, watched: MakeWatched
) -> None:
    sandbox.fault("A08", endpoint="event/track/")
    client, watch = watched(pair=9)

    result = deliver(connection, client, PIXEL, limits=PAIRS)

    assert (result.calls, result.stopped) == (1, Stopped.BLOCKED)
    assert max(watch.under_way) == 1
    assert dict(connection.execute(RECEIPTS).fetchall()) == {"reauthorise": 2, None: EVENTS - 2}
    assert number(connection, NEVER_LEFT) == EVENTS


def test_a_refusal_ends_the_run_and_the_other_call_is_recorded(
    connection: psycopg.Connection[Any],
    other: psycopg.Connection[Any],
    sandbox: RunningSandbox,
    watched: MakeWatched,
) -> None:
    def refuse_the_second(call: int) -> None:
        if call == 2:
            sandbox.fault("A08", endpoint="event/track/")
        if call == 3:
            wait_until(lambda: number(other, REFUSED) == 1, SECONDS, "the refusal is recorded")
            sandbox.clear_faults()

    client, _ = watched(pair=2, then=refuse_the_second)

    result = deliver(connection, client, PIXEL, limits=PAIRS)

    assert (result.calls, result.delivered, result.stopped) == (3, 4, Stopped.BLOCKED)
    assert len(sandbox.events()) == 4
    receipts = dict(connection.execute(RECEIPTS).fetchall())
    assert receipts == {"accepted": 4, "reauthorise": 2, None: 4}
    assert number(connection, NEVER_LEFT) == EVENTS - 4


def test_after_a_failure_one_call_goes_alone_until_tiktok_takes_one(
    connection: psycopg.Connection[Any], sandbox: RunningSandbox, watched: MakeWatched
) -> None:
    sandbox.fault("A01", times=1, endpoint="event/track/")
    client, watch = watched(pair=3)

    result = deliver(connection, client, PIXEL, limits=PAIRS)

    assert (result.retried, result.delivered) == (2, EVENTS)
    assert watch.under_way[:5] == [0, 1, 0, 1, 0]
    assert max(watch.under_way) == 2


def test_a_run_that_is_stopped_records_both_calls_and_takes_no_third(
    connection: psycopg.Connection[Any], sandbox: RunningSandbox, watched: MakeWatched
) -> None:
    orders: list[int] = []
    client, watch = watched(pair=2, then=lambda call: call == 2 and orders.append(call))

    result = deliver(connection, client, PIXEL, limits=PAIRS, stop=lambda: bool(orders))

    assert watch.calls == [1, 2, 3]
    assert (result.calls, result.delivered, result.stopped) == (3, 6, Stopped.ASKED)
    assert len(sandbox.events()) == 6
    assert dict(connection.execute(RECEIPTS).fetchall()) == {"accepted": 6, None: 4}


def test_a_call_is_recorded_although_the_other_ends_in_an_error_nobody_expects(
    connection: psycopg.Connection[Any], sandbox: RunningSandbox, watched: MakeWatched
) -> None:
    def fail(call: int) -> None:
        if call == 2:
            raise MemoryError

    client, _ = watched(pair=2, then=fail)
    with pytest.raises(MemoryError):
        deliver(connection, client, PIXEL, limits=PAIRS)

    # Of the second nobody knows; its lease says when another worker takes it.
    receipts = dict(connection.execute(RECEIPTS).fetchall())
    assert receipts["sent"] == 2
    assert receipts["accepted"] == len(sandbox.events()) >= 4


def number(connection: psycopg.Connection[Any], query: str) -> int:
    """Return the number that a query counts."""
    row = connection.execute(query).fetchone()
    return row[0] if row else 0
