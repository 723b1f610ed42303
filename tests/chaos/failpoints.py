"""The points at which a process is killed on purpose, and what must be left there.

The spend ledger's points and the token's are in tests/integration: a pull that is killed
(ledger/test_concurrency.py) and a refresh that is killed (tokens/test_refresh.py).
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import urllib3.connection

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = 30
A_BATCH = 10
Left = tuple[dict[str, int], ...]


@dataclass(frozen=True)
class Point:
    """One point: `plant` makes the process die there.

    `left` are the states that may be found after the kill: while one thread sends, another may
    have claimed a batch or not. `copies` are the least and the most copies that
    TikTok may have beyond one of each event once another worker has finished the work.
    """

    name: str
    plant: Callable[[], None]
    left: Left
    copies: tuple[int, int]


def _named(name: str, left: Left, copies: tuple[int, int], *, passes: int = 1) -> Point:
    """Die at a pass of a failpoint of ours; at the second two calls are under way."""
    place = f"{name}:{passes}"

    def plant() -> None:
        os.environ["TIKTOK_FAILPOINT"] = place

    return Point(place, plant, left, copies)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # the kernel needs a moment


def _after_sends(times: int) -> Callable[[], None]:
    """Die after so many writes to the connection: the headers are the first, then the body."""

    def plant() -> None:
        plain = urllib3.connection.HTTPConnection.send
        left = [times]

        def send(self: Any, data: Any) -> None:
            plain(self, data)
            left[0] -= 1
            if left[0] == 0:
                _die()

        urllib3.connection.HTTPConnection.send = send

    return plant


NOTHING: Left = ({},)
ALONE: Left = ({"inflight": 10, "pending": 20},)
ONE_OF_TWO: Left = ({"delivered": 10, "inflight": 10, "pending": 10},)
BOTH: Left = ({"delivered": 10, "inflight": 20},)
POINTS = (
    _named("enqueue_before_insert", NOTHING, (0, 0)),
    _named("enqueue_after_insert", NOTHING, (0, 0)),
    _named("claim_after_commit", ALONE, (0, 0)),
    _named("attempt_written", ALONE, (0, 0)),
    _named("send_before_connect", ALONE, (0, 0)),
    Point("headers_sent", _after_sends(1), ALONE, (0, 0)),
    Point("body_sent", _after_sends(2), ALONE, (10, 10)),
    _named("send_after_response", ALONE, (10, 10)),
    _named("settle_before_commit", ALONE, (10, 10)),
    _named("claim_before_commit", ALONE, (10, 10)),
    _named("settle_after_commit", ONE_OF_TWO, (0, 0)),
    _named("attempt_written", ONE_OF_TWO, (0, 0), passes=2),
    _named("send_before_connect", ONE_OF_TWO + BOTH, (0, 10), passes=2),
    _named("send_after_response", ONE_OF_TWO + BOTH, (10, 20), passes=2),
    _named("settle_before_commit", BOTH, (10, 20), passes=2),
    _named("settle_after_commit", ({"delivered": 20, "inflight": 10},), (0, 10), passes=2),
)
