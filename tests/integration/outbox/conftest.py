"""A warehouse with an export table, a sandbox at the same time, and a client between them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.database import connect
from sandbox.server import STATIC_TOKEN, RunningSandbox, start_server
from tests.client import sleepless_client
from tests.integration.outbox.export import NOW, create_export

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.world import World


def set_clock(connection: psycopg.Connection[Any], now: datetime) -> None:
    """Let this session's tiktok_ops.now() run from `now` on."""
    offset = (now - datetime.now(UTC)).total_seconds()
    connection.execute(
        "select set_config('tiktok.clock_offset', %s, false)", [f"{offset:.6f} seconds"]
    )


def set_clocks(connection: psycopg.Connection[Any], sandbox: RunningSandbox, now: datetime) -> None:
    """Let this session and TikTok live at `now`."""
    set_clock(connection, now)
    sandbox.set_clock(now)


@pytest.fixture
def open_connection(warehouse: str) -> Iterator[Callable[[], psycopg.Connection[Any]]]:
    """Open connections to the warehouse whose clock starts at NOW; all close with the test."""
    opened: list[psycopg.Connection[Any]] = []

    def open_one() -> psycopg.Connection[Any]:
        connection = connect(warehouse)
        set_clock(connection, NOW)
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(open_connection: Callable[[], psycopg.Connection[Any]]) -> psycopg.Connection[Any]:
    """A connection to a warehouse with an empty export table."""
    connection = open_connection()
    create_export(connection)
    return connection


@pytest.fixture
def other(open_connection: Callable[[], psycopg.Connection[Any]]) -> psycopg.Connection[Any]:
    """A second session."""
    return open_connection()


@pytest.fixture
def sandbox(world: World) -> Iterator[RunningSandbox]:
    """A sandbox of this test's own whose clock stands at NOW."""
    # The minimum without consent is the hashed IP address, which this switch takes.
    with start_server(world, now=NOW, clock_speed=0.0) as running:
        yield running


@pytest.fixture
def make_client(sandbox: RunningSandbox) -> Callable[..., TikTokClient]:
    """Make clients of the sandbox."""

    def make_one(
        token: str = STATIC_TOKEN,
        url: str | None = None,
        read_timeout: float = 5.0,
        transport: type[Transport] = Transport,
    ) -> TikTokClient:
        chosen = transport(local_url=url or sandbox.url, read_timeout=read_timeout)
        return sleepless_client(chosen, token)

    return make_one


@pytest.fixture
def client(make_client: Callable[..., TikTokClient]) -> TikTokClient:
    """A client with the sandbox's static token."""
    return make_client()
