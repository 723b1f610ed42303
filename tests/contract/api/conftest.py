"""A sandbox whose clock stands at the end of the world, and a client for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.server import RunningSandbox, start_server
from tests.contract.api.bench import NOW, Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.world import World


@pytest.fixture
def start(world: World) -> Iterator[Callable[..., RunningSandbox]]:
    """Start sandboxes with options of the test's own; all stop with the test."""
    started: list[RunningSandbox] = []

    def start_one(**options: Any) -> RunningSandbox:
        started.append(start_server(world, clock_speed=0.0, now=NOW, **options))
        return started[-1]

    yield start_one
    for one in started:
        one.stop()


@pytest.fixture
def sandbox(start: Callable[..., RunningSandbox]) -> RunningSandbox:
    """A sandbox whose clock stands at the end of the world."""
    return start()


@pytest.fixture
def bench(sandbox: RunningSandbox) -> Iterator[Bench]:
    """A client of that sandbox."""
    bench = Bench(sandbox)
    yield bench
    bench.transport.close()
