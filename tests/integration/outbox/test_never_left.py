"""What ends a call before its bytes can leave: known as not sent, so that no event is at risk."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse import outbox_batches as batches
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.outbox_batches import Limits
from airflow_provider_tiktok.warehouse.tokens_state import TokenUnavailableError
from tests.integration.outbox.conftest import set_clock, set_clocks
from tests.integration.outbox.export import NOW, PIXEL, states
from tests.integration.outbox.leases import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.messages import ApiRequest, ApiResponse
    from sandbox.server import RunningSandbox

EVENTS = 8
PAIRS = Limits(batch_size=2)
SECONDS = 10.0
DEAD = TokenUnavailableError("The token of connection c is refused by TikTok.", "needs_reauth")
RECEIPTS = "select outcome, count(*) from tiktok_ops.event_receipts group by outcome"
CERTAIN = (
    "select count(*) from tiktok_ops.event_outbox "
    "where state = 'pending' and not has_unknown_outcome and first_sent_at is null"
)


class Tokens:
    """A source of tokens, good for so many calls; then it raises `error`."""

    def __init__(self, client: TikTokClient, calls: int, error: Exception) -> None:
        """Take the place of the client's own source."""
        self._token = client._access_token
        self._left = calls
        self._error = error
        self.failed = threading.Event()
        client._access_token = self

    def __call__(self) -> str:
        """Return the token, or fail."""
        assert self._token is not None
        if self._left == 0:
            self.failed.set()
            raise self._error
        self._left -= 1
        return self._token()


class NoQuota(MemoryLimiter):
    """A quota that cannot be asked for."""

    def acquire(self, group: str) -> float:  # noqa: ARG002 - the limiter's argument
        """Fail as the limiter does whose database is away."""
        raise psycopg.OperationalError("server closed the connection")


def days_later(connection: psycopg.Connection[Any], sandbox: RunningSandbox) -> None:
    """Live three days later, when an unknown outcome would have been given up."""
    set_clocks(connection, sandbox, NOW + timedelta(days=3))


def test_events_wait_for_as_long_as_it_takes_where_the_token_dies_in_mid_run(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    put(connection, EVENTS)
    good = client._access_token
    Tokens(client, 1, DEAD)

    with pytest.raises(TokenUnavailableError, match="is refused by TikTok"):
        deliver(connection, client, PIXEL, limits=PAIRS)

    assert certain(connection) == EVENTS - 2
    assert set(dict(connection.execute(RECEIPTS).fetchall())) == {"accepted", "not_sent", None}

    days_later(connection, sandbox)
    client._access_token = good
    assert deliver(connection, client, PIXEL).delivered == EVENTS - 2
    assert set(states(connection).values()) == {"delivered"}
    assert len(sandbox.events()) == EVENTS


def test_the_call_on_its_way_is_recorded_where_the_other_gets_no_token(
    connection: psycopg.Connection[Any],
    make_client: Callable[..., TikTokClient],
    sandbox: RunningSandbox,
) -> None:
    put(connection, EVENTS)
    calls: list[ApiRequest] = []

    class Slow(Transport):
        def send(self, request: ApiRequest, access_token: str | None) -> ApiResponse:
            calls.append(request)
            if len(calls) == 2:
                assert tokens.failed.wait(SECONDS)
            return super().send(request, access_token)

    client = make_client(transport=Slow)
    tokens = Tokens(client, 2, DEAD)

    with pytest.raises(TokenUnavailableError):
        deliver(connection, client, PIXEL, limits=PAIRS)

    receipts = dict(connection.execute(RECEIPTS).fetchall())
    assert receipts == {"accepted": 4, "not_sent": 2, None: 2}
    assert len(sandbox.events()) == 4
    assert certain(connection) == 4


def test_a_quota_that_cannot_be_asked_for_puts_no_event_at_risk(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    put(connection, EVENTS)
    client._limiter = NoQuota("ultimate", client._clock)
    with pytest.raises(psycopg.OperationalError, match="server closed"):
        deliver(connection, client, PIXEL)
    assert certain(connection) == EVENTS


def test_what_fails_after_the_bytes_may_have_left_stays_unknown(
    connection: psycopg.Connection[Any], make_client: Callable[..., TikTokClient]
) -> None:
    class Broken(Transport):
        def send(self, request: ApiRequest, access_token: str | None) -> ApiResponse:
            super().send(request, access_token)
            raise MemoryError

    put(connection, 1)
    with pytest.raises(MemoryError):
        deliver(connection, make_client(transport=Broken), PIXEL)
    assert dict(connection.execute(RECEIPTS).fetchall()) == {"sent": 1}
    assert certain(connection) == 0


def test_the_reason_is_told_although_the_warehouse_breaks_as_well(
    connection: psycopg.Connection[Any], other: psycopg.Connection[Any], client: TikTokClient
) -> None:
    put(connection, 1)
    session = connection.info.backend_pid

    def token() -> str:
        other.execute("select pg_terminate_backend(%s)", [session])
        raise DEAD

    client._access_token = token
    with pytest.raises(TokenUnavailableError):
        deliver(connection, client, PIXEL)
    # Nobody could write down that nothing left.
    assert dict(other.execute(RECEIPTS).fetchall()) == {"sent": 1}


def certain(connection: psycopg.Connection[Any]) -> int:
    """Return how many events TikTok surely does not have, once every lease is over."""
    set_clock(connection, NOW + timedelta(minutes=5))
    batches.recover(connection)
    row = connection.execute(CERTAIN).fetchone()
    return row[0] if row else 0
