"""Decide what to do after a call: take it, repeat it, make it smaller, or give up. Pure."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.errors import ErrorClass, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_tiktok.api.timing import Clock

# TikTok: Best practices for reporting. The same request timing out three times in ten minutes is
# blocked for ten minutes.
TIMEOUT_MEMORY = timedelta(minutes=10)
TIMEOUTS_THAT_BLOCK = 3


class Action(StrEnum):
    """What to do next with one call."""

    TAKE = "take"
    REPEAT = "repeat"
    SHRINK = "shrink"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class Decision:
    """The action, and the seconds to wait before a repeat."""

    action: Action
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Caps, all in tries or seconds.

    `first_window` is the range of the first random wait; it doubles with every try up to
    `longest_wait`. `unknown_tries` bounds reads whose answer could not be understood,
    `timeout_tries` those that timed out and cannot be made smaller: below TikTok's three.
    """

    tries: int = 5
    throttled_tries: int = 3
    unknown_tries: int = 2
    timeout_tries: int = 2
    first_window: float = 2.0
    longest_wait: float = 900.0


@dataclass(frozen=True, slots=True)
class Tries:
    """What this call has come to so far, by kind of outcome."""

    transient: int = 0
    throttled: int = 0
    unknown: int = 0
    timeouts: int = 0

    def after(self, outcome: Outcome) -> Tries:
        """Return the counts with `outcome` added."""
        if outcome.is_timeout:
            return replace(self, timeouts=self.timeouts + 1, transient=self.transient + 1)
        if outcome.error_class is ErrorClass.THROTTLE:
            return replace(self, throttled=self.throttled + 1)
        if outcome.error_class is ErrorClass.UNKNOWN:
            return replace(self, unknown=self.unknown + 1)
        return replace(self, transient=self.transient + 1)


def decide(
    outcome: Outcome,
    tries: Tries,
    *,
    policy: RetryPolicy,
    is_read: bool,
    can_shrink: bool,
    chance: float,
) -> Decision:
    """Return what to do after `outcome`, the last of `tries`; `chance` is drawn from [0, 1).

    Repeats only what may succeed unchanged: a transient failure, a throttle after its cool-down,
    and for reads an answer nobody understood. A time-out that can shrink is never repeated
    ("TikTok: Best practices for reporting").
    """
    if outcome.is_success:
        return Decision(Action.TAKE)
    if outcome.is_timeout and can_shrink:
        return Decision(Action.SHRINK)
    if not _may_repeat(outcome, tries, policy, is_read=is_read):
        return Decision(Action.GIVE_UP)
    return Decision(Action.REPEAT, _wait(outcome, tries, policy, chance))


def _may_repeat(outcome: Outcome, tries: Tries, policy: RetryPolicy, *, is_read: bool) -> bool:
    if outcome.is_timeout and tries.timeouts >= policy.timeout_tries:
        return False
    if outcome.error_class is ErrorClass.RETRY:
        return tries.transient < policy.tries
    if outcome.error_class is ErrorClass.THROTTLE:
        return tries.throttled < policy.throttled_tries
    return (
        is_read
        and outcome.error_class is ErrorClass.UNKNOWN
        and tries.unknown < policy.unknown_tries
    )


def _wait(outcome: Outcome, tries: Tries, policy: RetryPolicy, chance: float) -> float:
    if outcome.retry_after is not None:
        # Spread over one second more, so that those who were told the same do not come at once.
        return min(outcome.retry_after + chance, policy.longest_wait)
    tried = tries.transient + tries.throttled + tries.unknown
    window = min(policy.first_window * 2.0 ** min(tried - 1, 30), policy.longest_wait)
    return window * chance


class TimeoutMemory:
    """Remember which requests timed out, so that none is sent into TikTok's ten-minute block.

    Threads may share it.
    """

    def __init__(self, clock: Clock) -> None:
        """Start with nothing remembered."""
        self._clock = clock
        self._lock = threading.Lock()
        self._timeouts: dict[str, deque[datetime]] = {}

    def note(self, fingerprint: str) -> None:
        """Remember that the request timed out now."""
        now = self._clock()
        with self._lock:
            self._forget(now)
            self._timeouts.setdefault(fingerprint, deque()).append(now)

    def blocked_for(self, fingerprint: Callable[[], str]) -> float:
        """Return the seconds for which TikTok would not serve this request, 0 if it would.

        The fingerprint of a large body takes milliseconds: it is asked for only when one is known.
        """
        now = self._clock()
        with self._lock:
            self._forget(now)
            if not self._timeouts:
                return 0.0
            moments = self._timeouts.get(fingerprint(), deque())
            if len(moments) < TIMEOUTS_THAT_BLOCK:
                return 0.0
            return (moments[-1] + TIMEOUT_MEMORY - now).total_seconds()

    def _forget(self, now: datetime) -> None:
        for fingerprint in list(self._timeouts):
            moments = self._timeouts[fingerprint]
            while moments and moments[0] + TIMEOUT_MEMORY <= now:
                moments.popleft()
            if not moments:
                del self._timeouts[fingerprint]
