"""What a run of delivery did, in numbers of events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Stopped(StrEnum):
    """Why a run ended."""

    EMPTY = "empty"  # nothing is due
    TIME = "time"  # max_seconds are over, or will be before the next event is due
    ASKED = "asked"  # stop() said so
    THROTTLED = "throttled"  # TikTok's quota is used up for longer than the run waits
    FAILING = "failing"  # call after call failed; the next run tries again
    PAUSED = "paused"  # a person paused the pixel
    BLOCKED = "blocked"  # TikTok refuses the token, the permission or the network is wrong


@dataclass(slots=True)
class DeliveryResult:
    """Counts of one run. No payloads, no ids.

    `retried` events wait for another attempt, `unknown` of them may be at TikTok already.
    `given_back` ones hold a signal that the connection no longer allows, and wait for an enqueue to
    build them anew. `message` says what a person has to do when `stopped` is blocked.
    """

    calls: int = 0
    delivered: int = 0
    quarantined: int = 0
    suppressed: int = 0
    expired: int = 0
    expired_unknown: int = 0
    retried: int = 0
    unknown: int = 0
    recovered: int = 0
    given_back: int = 0
    released_refunds: int = 0
    stopped: Stopped = Stopped.EMPTY
    message: str | None = None
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def needs_a_person(self) -> bool:
        """True when nothing more can be delivered before a person acts."""
        return self.stopped is Stopped.BLOCKED

    def counts(self) -> dict[str, int | str]:
        """Return the numbers by name and why the run ended, as a task reports them."""
        names = [name for name in self.__slots__ if name not in {"stopped", "message", "reasons"}]
        return {**{name: getattr(self, name) for name in names}, "stopped": self.stopped.value}
