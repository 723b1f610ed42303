"""A batch whose start is written waits behind a call, and leaves only when TikTok took that one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.delivery_result import Stopped
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_batches import Limits
from tests.chaos.waiting import wait_until
from tests.integration.outbox.export import PIXEL, RELATION, add_rows, purchase

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.messages import ApiRequest, ApiResponse
    from sandbox.server import RunningSandbox

EVENTS = 4
PAIRS = Limits(batch_size=2)
STARTED = "select count(*) from tiktok_ops.event_batches where outcome = 'sent'"
RECEIPTS = "select outcome, count(*) from tiktok_ops.event_receipts group by outcome"
WAITING = "select count(*) from tiktok_ops.event_outbox where state = 'pending'"
NEVER_LEFT = "select count(*) from tiktok_ops.event_outbox where first_sent_at is null"


class Held(Transport):
    """Sends the first call only when the batch after it is started and waits."""

    until: Callable[[], bool]
    then: Callable[[], None]

    def send(self, request: ApiRequest, access_token: str | None) -> ApiResponse:
        wait_until(self.until, 10, "the next batch waits for its turn")
        self.then()
        return super().send(request, access_token)


@pytest.fixture
def held(
    connection: psycopg.Connection[Any],
    open_connection: Callable[[], psycopg.Connection[Any]],
    make_client: Callable[..., TikTokClient],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[], None]], TikTokClient]:
    """Put four events into the outbox; make clients whose calls begin when two batches started."""
    add_rows(connection, *(purchase(number) for number in range(1, EVENTS + 1)))
    enqueue(connection, RELATION, EventSettings())
    looker = open_connection()
    seen: list[int] = []

    def until() -> bool:
        seen.append(number(looker, STARTED))
        return max(seen) == EVENTS / PAIRS.batch_size

    def make(then: Callable[[], None]) -> TikTokClient:
        monkeypatch.setattr(Held, "until", staticmethod(until), raising=False)
        monkeypatch.setattr(Held, "then", staticmethod(then), raising=False)
        return make_client(transport=Held)

    return make


def test_a_batch_does_not_follow_a_call_that_was_refused(
    connection: psycopg.Connection[Any],
    sandbox: RunningSandbox,
    held: Callable[[Callable[[], None]], TikTokClient],
) -> None:
    sandbox.fault("A08", endpoint="event/track/")

    result = deliver(connection, held(lambda: None), PIXEL, limits=PAIRS)

    assert (result.calls, result.stopped) == (1, Stopped.BLOCKED)
    assert dict(connection.execute(RECEIPTS).fetchall()) == {"reauthorise": 2, "not_sent": 2}
    assert number(connection, WAITING) == number(connection, NEVER_LEFT) == EVENTS


def test_a_batch_stays_here_when_the_run_is_stopped_while_it_waits(
    connection: psycopg.Connection[Any],
    sandbox: RunningSandbox,
    held: Callable[[Callable[[], None]], TikTokClient],
) -> None:
    orders: list[str] = []
    client = held(lambda: orders.append("stop"))

    result = deliver(connection, client, PIXEL, limits=PAIRS, stop=lambda: bool(orders))

    assert (result.calls, result.delivered, result.stopped) == (1, 2, Stopped.ASKED)
    assert len(sandbox.events()) == 2
    assert dict(connection.execute(RECEIPTS).fetchall()) == {"accepted": 2, "not_sent": 2}


def test_a_batch_that_waited_for_half_its_lease_is_started_anew(
    connection: psycopg.Connection[Any],
    sandbox: RunningSandbox,
    held: Callable[[Callable[[], None]], TikTokClient],
) -> None:
    seconds = [0.0]

    def call_takes_a_minute() -> None:
        seconds[0] = 60.0

    result = deliver(
        connection,
        held(call_takes_a_minute),
        PIXEL,
        limits=PAIRS,
        pace=Pace(clock=lambda: seconds[0], consent_every=1000),
    )

    assert (result.calls, result.delivered, result.stopped) == (2, EVENTS, Stopped.EMPTY)
    assert Counter(event["event_id"] for event in sandbox.events()) == Counter(
        f"ord_{one}" for one in range(1, EVENTS + 1)
    )
    started = connection.execute(
        "select bool_and(leased_until > sent_at), count(*) from tiktok_ops.event_batches"
    )
    assert started.fetchone() == (True, 2)


def test_a_batch_is_given_back_when_the_call_before_it_ends_in_an_error_nobody_expects(
    connection: psycopg.Connection[Any],
    sandbox: RunningSandbox,
    held: Callable[[Callable[[], None]], TikTokClient],
) -> None:
    def fail() -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        deliver(connection, held(fail), PIXEL, limits=PAIRS)

    assert sandbox.events() == []
    # Of the first nobody knows; its lease says when another worker takes it.
    assert dict(connection.execute(RECEIPTS).fetchall()) == {"sent": 2, "not_sent": 2}


def number(connection: psycopg.Connection[Any], query: str) -> int:
    """Return the number that a query counts."""
    row = connection.execute(query).fetchone()
    return row[0] if row else 0
