"""What the client is given instead of reading the clock, waiting or drawing lots itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

Clock = Callable[[], datetime]
"""Returns the time now, with a time zone."""

Sleep = Callable[[float], None]
"""Waits that many seconds."""


class Randomness(Protocol):
    """What `random.Random` offers, as far as the client uses it."""

    def random(self) -> float:
        """Draw a number from 0 (included) to 1 (excluded)."""
        ...


def utc_now() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)
