"""A sandbox in a process of its own for the tests of this folder, and a watched warehouse."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.warehouse.database import connect
from tests.chaos.history import watch
from tests.chaos.servers import SandboxProcess
from tests.integration.outbox.conftest import set_clock
from tests.integration.outbox.export import NOW, create_export

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg


@pytest.fixture(scope="session")
def _sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox"))
    process.start(NOW)
    yield process
    process.kill()


@pytest.fixture
def sandbox_process(_sandbox_process: SandboxProcess) -> SandboxProcess:
    """A sandbox that has accepted nothing yet, its clock at NOW."""
    _sandbox_process.control.reset("events", "faults", "requests")
    _sandbox_process.control.set_clock(NOW, speed=0.0)
    return _sandbox_process


@pytest.fixture
def open_at(warehouse: str) -> Iterator[Callable[[timedelta], psycopg.Connection[Any]]]:
    """Open connections whose clock is so far behind NOW; all close with the test."""
    opened: list[psycopg.Connection[Any]] = []

    def open_one(later: timedelta = timedelta(0)) -> psycopg.Connection[Any]:
        connection = connect(warehouse, application_name="chaos test")
        set_clock(connection, NOW + later)
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def watched(open_at: Callable[..., psycopg.Connection[Any]]) -> psycopg.Connection[Any]:
    """A warehouse with an empty export table whose every change of state is written down."""
    connection = open_at()
    create_export(connection)
    watch(connection)
    return connection
