"""The real client against the real sandbox over HTTP, with time that only moves on purpose."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.api.transport import Transport
from sandbox.server import STATIC_TOKEN

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox

US = "7000000000000000001"
INDIA = "7000000000000000002"
EUROPE = "7000000000000000003"
GRANTED = [US, INDIA, EUROPE]
NOT_GRANTED = "7000000000000000009"
US_PIXEL = "CUS00000000000000001"
NOW = datetime(2026, 11, 3, tzinfo=UTC)


@dataclass
class Bench:
    """A sandbox, a client of it, and the clock that both live by.

    Sleeping moves the sandbox's clock too, so that waits cost no real time.
    """

    sandbox: RunningSandbox
    tier: str = "ultimate"
    token: str = STATIC_TOKEN
    read_timeout: float = 0.5
    url: str | None = None
    ca_bundle: str | None = None
    moment: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.transport = Transport(
            local_url=self.url or self.sandbox.api_url,
            ca_bundle=self.ca_bundle,
            connect_timeout=0.2,
            read_timeout=self.read_timeout,
        )
        self.client = TikTokClient(
            self.transport,
            access_token=lambda: self.token,
            limiter=MemoryLimiter(self.tier, self.now),
            clock=self.now,
            sleep=self.sleep,
            rng=random.Random(1),
        )

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
        self.sandbox.set_clock(self.moment)

    def codes(self) -> dict[str, int]:
        """Return how often the sandbox answered each code."""
        codes: dict[str, int] = self.sandbox.state()["codes"]
        return codes
