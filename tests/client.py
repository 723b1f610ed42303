"""A client of the sandbox that waits for nothing."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.limiter import MemoryLimiter
from sandbox.server import STATIC_TOKEN

if TYPE_CHECKING:
    from airflow_provider_tiktok.api.transport import Transport


def sleepless_client(transport: Transport, token: str = STATIC_TOKEN) -> TikTokClient:
    """Return a client with a generous quota whose pauses take no time."""
    return TikTokClient(
        transport,
        access_token=lambda: token,
        limiter=MemoryLimiter("ultimate", lambda: datetime.now(UTC)),
        clock=lambda: datetime.now(UTC),
        sleep=lambda _: None,
        rng=random.Random(1),
    )
