"""How fast an app may call, and a limiter in memory for one process.

Limits are those of TikTok's page "Rate limits"; they hold per developer app, for all its
advertisers and workers together. Events endpoints have a quota of their own on every tier, and so
has creating report tasks (TikTok: Reporting FAQ, 1 QPS and 4,500 tasks a day).
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date, datetime

    from airflow_provider_tiktok.api.timing import Clock


@dataclass(frozen=True, slots=True)
class Quota:
    """The most calls in any second, in any minute, and in a UTC day."""

    per_second: int
    per_minute: int
    per_day: int

    def part(self, share: float) -> Quota:
        """Return a share of it, at least one call a second, a minute and a day."""
        if share >= 1.0:
            return self
        counts = (self.per_second, self.per_minute, self.per_day)
        return Quota(*(max(int(count * share), 1) for count in counts))


TIERS: dict[str, Quota] = {
    "basic": Quota(10, 600, 864_000),
    "advanced": Quota(20, 1_200, 1_728_000),
    "premium": Quota(30, 1_800, 2_592_000),
    "ultimate": Quota(50, 3_000, 4_320_000),
}
EVENTS_QUOTA = Quota(1_000, 600_000, 86_400_000)
REPORT_TASK_QUOTA = Quota(1, 60, 4_500)

_DAY_SECONDS = 86_400.0
# A wait is never rounded to 0, which would mean "go".
_SHORTEST_WAIT = 0.001


class Limiter(Protocol):
    """What the client asks before each call. One conformance suite runs against every kind."""

    def acquire(self, group: str) -> float:
        """Return 0 and count the call, or the seconds to wait before asking again.

        Raises ValueError for a group that has no quota.
        """
        ...

    def cool_down(self, group: str, seconds: float) -> None:
        """Refuse every call of `group` for that long. Never shortens a cool-down under way."""
        ...


def quota_of(group: str, tier: str) -> Quota:
    """Return the quota of `group` ("general", "events" or "report_task") on `tier`.

    Raises ValueError that names the setting when either is unknown.
    """
    if tier not in TIERS:
        raise ValueError(f"quota tier {tier!r} is none of {', '.join(TIERS)}: correct quota_tier")
    quotas = {"general": TIERS[tier], "events": EVENTS_QUOTA, "report_task": REPORT_TASK_QUOTA}
    if group not in quotas:
        raise ValueError(f"quota group {group!r} is none of {', '.join(quotas)}")
    return quotas[group]


class MemoryLimiter:
    """Keep one process within the quota. Threads may share it."""

    def __init__(self, tier: str, clock: Clock) -> None:
        """Start with nothing counted; `clock` tells the time in UTC."""
        self._clock = clock
        self._tier = tier
        self._lock = threading.Lock()
        self._meters = {"general": _Meter(quota_of("general", tier))}

    def acquire(self, group: str) -> float:
        """Return 0 and count the call, or the seconds to wait before asking again."""
        with self._lock:
            return self._meter(group).acquire(self._clock())

    def cool_down(self, group: str, seconds: float) -> None:
        """Refuse every call of `group` for `seconds` from now."""
        with self._lock:
            self._meter(group).cool_down(self._clock().timestamp(), seconds)

    def _meter(self, group: str) -> _Meter:
        if group not in self._meters:
            self._meters[group] = _Meter(quota_of(group, self._tier))
        return self._meters[group]


class _Meter:
    """The counts of one group."""

    def __init__(self, quota: Quota) -> None:
        self._windows = (_Window(quota.per_second, 1.0), _Window(quota.per_minute, 60.0))
        self._per_day = quota.per_day
        self._day: date | None = None
        self._day_count = 0
        self._cool_until = 0.0
        self._cool_seconds = 0.0

    def acquire(self, moment: datetime) -> float:
        now = moment.timestamp()
        if self._day != moment.date():
            self._day, self._day_count = moment.date(), 0
        waits = [window.wait(now) for window in self._windows]
        # A clock that went back must not make a cool-down longer than it was asked for.
        self._cool_until = min(self._cool_until, now + self._cool_seconds)
        waits.append(self._cool_until - now)
        if self._day_count >= self._per_day:
            waits.append(_DAY_SECONDS - now % _DAY_SECONDS)
        wait = max(waits)
        if wait > 0:
            return wait
        for window in self._windows:
            window.count(now)
        self._day_count += 1
        return 0.0

    def cool_down(self, now: float, seconds: float) -> None:
        until = max(self._cool_until, now + seconds)
        self._cool_until, self._cool_seconds = until, until - now


class _Window:
    """At most `limit` calls in any `seconds`, counted in slots of a twentieth of them.

    A slot leaves only when all of it is out of the window, so the limit holds for every window,
    at the price of a rate that is up to a twentieth lower.
    """

    _SLOTS = 20

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._width = seconds / self._SLOTS
        self._slots: deque[tuple[int, int]] = deque()
        self._total = 0

    def wait(self, now: float) -> float:
        slot = self._slot_of(now)
        while self._slots and self._slots[0][0] < slot - self._SLOTS:
            self._total -= self._slots.popleft()[1]
        if self._total < self._limit:
            return 0.0
        leaves = (self._slots[0][0] + self._SLOTS + 1) * self._width
        return max(leaves - now, _SHORTEST_WAIT)

    def count(self, now: float) -> None:
        slot = self._slot_of(now)
        count = self._slots.pop()[1] if self._slots and self._slots[-1][0] == slot else 0
        self._slots.append((slot, count + 1))
        self._total += 1

    def _slot_of(self, now: float) -> int:
        slot = int(now // self._width)
        if self._slots and slot < self._slots[-1][0]:
            self._step_back(slot)
        return slot

    def _step_back(self, slot: int) -> None:
        """The clock went back: count what was sent as sent now, so nothing waits for the future."""
        self._slots = deque([(slot, self._total)])
