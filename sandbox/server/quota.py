"""Request quotas per app, and what breaking them costs.

TikTok, "Rate limits": per second, minute and day by tier; the events endpoints have a quota of
their own; a breach of the minute's quota restricts the app for 5 minutes; days end at 00:00 UTC.
Requests during a restriction prolong it (reported by users).
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.server.envelope import ApiError, Code

if TYPE_CHECKING:
    from sandbox.server.switches import Switches

SECOND, MINUTE, DAY = 1, 60, 86_400
EVENTS, GENERAL, REPORT_TASK = "events", "general", "report_task"


@dataclass(frozen=True)
class Limits:
    """Requests allowed per second, minute and day; None is no limit."""

    qps: int
    qpm: int | None
    qpd: int


TIERS = {
    "Basic": Limits(10, 600, 864_000),
    "Advanced": Limits(20, 1_200, 1_728_000),
    "Premium": Limits(30, 1_800, 2_592_000),
    "Ultimate": Limits(50, 3_000, 4_320_000),
}
EVENTS_LIMITS = Limits(1_000, 600_000, 86_400_000)
REPORT_TASK_LIMITS = {"limits_page": Limits(2, 60, 4_500), "faq": Limits(1, None, 4_500)}


def limits_for(group: str, switches: Switches) -> Limits | None:
    """Return the limits of a group of endpoints, None where nothing is counted."""
    if switches.tier == "unlimited":
        return None
    if group == EVENTS:
        return EVENTS_LIMITS
    if group == REPORT_TASK:
        return REPORT_TASK_LIMITS[switches.report_task_quota]
    return TIERS[switches.tier]


@dataclass
class Usage:
    """What one app has used of one group's quota. Times are virtual Unix seconds."""

    second: deque[float] = field(default_factory=deque)
    minute: deque[float] = field(default_factory=deque)
    day: int = 0
    day_number: int = 0
    breaches: deque[float] = field(default_factory=deque)
    restricted_until: float = 0.0
    allowed: int = 0
    refused: int = 0

    def forget_before(self, now: float, second_starts: float) -> None:
        """Drop what no longer counts at `now`."""
        if self.minute and self.minute[-1] > now + 1:  # the clock was set back
            self.second.clear()
            self.minute.clear()
            self.breaches.clear()
            self.restricted_until = 0.0
        _drop(self.second, second_starts)
        _drop(self.minute, now - MINUTE)
        _drop(self.breaches, now - MINUTE)
        if int(now // DAY) != self.day_number:
            self.day, self.day_number = 0, int(now // DAY)


def _drop(times: deque[float], until: float) -> None:
    while times and times[0] <= until:
        times.popleft()


class Quota:
    """Counts the requests of every app and refuses those beyond its quota."""

    def __init__(self) -> None:
        self.usage: dict[tuple[str, str], Usage] = defaultdict(Usage)

    def spend(
        self, app_id: str, group: str, now: float, switches: Switches, ceiling: int | None = None
    ) -> None:
        """Count one request, or raise 40100. `ceiling` lowers the requests per second."""
        limits = limits_for(group, switches)
        if limits is None and ceiling is None:
            return
        usage = self.usage[app_id, group]
        starts = now - SECOND if switches.second_window == "sliding" else math.floor(now) - 1e-9
        usage.forget_before(now, starts)
        refusal = _refusal(app_id, usage, now, switches, limits=limits, ceiling=ceiling)
        if refusal is not None:
            usage.refused += 1
            raise ApiError(Code.REQUEST_TOO_FREQUENT, refusal)
        usage.second.append(now)
        usage.minute.append(now)
        usage.day += 1
        usage.allowed += 1

    def described(self, now: float) -> list[dict[str, object]]:
        """Return what each app has used, for the state page."""
        return [
            {
                "app_id": app_id,
                "group": group,
                "allowed": usage.allowed,
                "refused": usage.refused,
                "last_minute": sum(1 for at in usage.minute if at > now - MINUTE),
                "today": usage.day if int(now // DAY) == usage.day_number else 0,
                "restricted_seconds": max(0, math.ceil(usage.restricted_until - now)),
            }
            for (app_id, group), usage in self.usage.items()
        ]

    def clear(self) -> None:
        """Forget every use."""
        self.usage.clear()


def _refusal(
    app_id: str,
    usage: Usage,
    now: float,
    switches: Switches,
    *,
    limits: Limits | None,
    ceiling: int | None,
) -> str | None:
    restricted = f"Due to too many requests, requests from App {app_id} are temporarily restricted."
    if now < usage.restricted_until:
        if switches.hammering_prolongs:
            restarted = now + switches.restriction_seconds
            usage.restricted_until = max(usage.restricted_until, restarted)
        return restricted
    if limits is not None and limits.qpm is not None and len(usage.minute) >= limits.qpm:
        usage.restricted_until = now + switches.restriction_seconds
        return restricted
    if limits is not None and usage.day >= limits.qpd:
        return "Too many requests. Please retry in some time."
    qps = min(x for x in (limits.qps if limits else None, ceiling) if x is not None)
    if len(usage.second) < qps:
        return None
    usage.breaches.append(now)
    if len(usage.breaches) >= switches.breaches_to_restriction:
        usage.restricted_until = now + switches.restriction_seconds
        return restricted
    return f"App reaches the QPS limit {qps}"


class TimeoutPenalties:
    """What TikTok does to an app whose reports time out.

    TikTok, "Reporting best practices": 10 time-outs within 10 s lower the app to 5 requests a
    second for 5 minutes, 20 to 1, 30 to none; the same request timing out 3 times in 10 minutes is
    blocked for 10 minutes.
    """

    STEPS = ((30, 0), (20, 1), (10, 5))
    WATCHED_SECONDS, LOWERED_SECONDS = 10, 300
    SAME_REQUEST, SAME_REQUEST_SECONDS = 3, 600

    def __init__(self) -> None:
        self._recent: dict[str, deque[float]] = defaultdict(deque)
        self._same: dict[str, deque[float]] = defaultdict(deque)
        self._lowered: dict[str, tuple[int, float]] = {}
        self._blocked: dict[str, float] = {}

    def ceiling(self, app_id: str, now: float) -> int | None:
        """Return the requests per second an app is lowered to, None for no penalty."""
        qps, until = self._lowered.get(app_id, (0, 0.0))
        return qps if now < until else None

    def check_request(self, fingerprint: str, now: float) -> None:
        """Raise 40100 for a request that is blocked (TikTok gives no code for it; ours)."""
        if now < self._blocked.get(fingerprint, 0.0):
            raise ApiError(
                Code.REQUEST_TOO_FREQUENT,
                "The same request timed out too often and is blocked for 10 minutes. "
                "Make the request smaller.",
            )

    def timed_out(self, app_id: str, fingerprint: str, now: float) -> None:
        """Count one time-out."""
        recent, same = self._recent[app_id], self._same[fingerprint]
        recent.append(now)
        same.append(now)
        _drop(recent, now - self.WATCHED_SECONDS)
        _drop(same, now - self.SAME_REQUEST_SECONDS)
        if len(same) >= self.SAME_REQUEST:
            self._blocked[fingerprint] = now + self.SAME_REQUEST_SECONDS
        for count, qps in self.STEPS:
            if len(recent) >= count:
                self._lowered[app_id] = (qps, now + self.LOWERED_SECONDS)
                break

    def clear(self) -> None:
        """Forgive everything."""
        for penalties in (self._recent, self._same, self._lowered, self._blocked):
            penalties.clear()
