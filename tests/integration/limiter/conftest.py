"""Both kinds of limiter on a virtual clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.warehouse.limiter import DatabaseLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_provider_tiktok.api.limiter import Limiter

START = datetime(2026, 11, 2, 12, tzinfo=UTC)


@dataclass
class VirtualClock:
    """A clock that only the test moves."""

    seconds: float = 0.0

    def now(self) -> datetime:
        """Return the virtual time in UTC."""
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Return the virtual seconds since the start."""
        return self.seconds


@pytest.fixture
def clock() -> VirtualClock:
    """Noon of a day."""
    return VirtualClock()


@pytest.fixture(params=["memory", "database"])
def make_limiter(
    request: pytest.FixtureRequest, clock: VirtualClock
) -> Iterator[Callable[..., Limiter]]:
    """Return a limiter of each kind for a tier."""
    made = []

    def make(tier: str = "basic", app_key: str = "7100000000000000001") -> Limiter:
        if request.param == "memory":
            return MemoryLimiter(tier, clock.now)
        warehouse = request.getfixturevalue("warehouse")
        made.append(
            DatabaseLimiter(warehouse, app_key, tier, clock=clock.now, monotonic=clock.monotonic)
        )
        return made[-1]

    yield make
    for limiter in made:
        limiter.close()
