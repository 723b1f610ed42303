"""The sandbox's own time. Everything that TikTok would date reads it, nothing else."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class VirtualClock:
    """A clock that can be set, stopped and sped up.

    `speed` is virtual seconds per real second: 1 runs like a wall clock, 0 stands still.
    """

    def __init__(
        self,
        now: datetime,
        *,
        speed: float = 1.0,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._elapsed = elapsed
        self._speed = speed
        self._set_to = now.astimezone(UTC)
        self._set_at = elapsed()

    @property
    def speed(self) -> float:
        """Virtual seconds per real second."""
        return self._speed

    def now(self) -> datetime:
        """Return the virtual time, in UTC."""
        passed = (self._elapsed() - self._set_at) * self._speed
        return self._set_to + timedelta(seconds=passed)

    def set(self, *, now: datetime | None = None, speed: float | None = None) -> None:
        """Move the clock, change its speed, or both; backwards is allowed."""
        at = self.now() if now is None else now.astimezone(UTC)
        self._set_to, self._set_at = at, self._elapsed()
        if speed is not None:
            self._speed = speed
