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

    `left` are the states that may be found after the kill: while one thread sends, the other may
    have claimed the next batch or not. `copies` are the least and the most copies that
    TikTok may have beyond one of each event once another worker has finished the work.
    """

    name: str
    plant: Callable[[], None]
    left: Left
    copies: tuple[int, int]


def _named(name: str, left: Left, copies: tuple[int, int]) -> Point:
    def plant() -> None:
        os.environ["TIKTOK_FAILPOINT"] = f"{name}:1"

    return Point(name, plant, left, copies)


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
FIRST_CLAIMED: Left = ({"inflight": 10, "pending": 20},)
TWO_CLAIMED: Left = ({"inflight": 20, "pending": 10},)
WHILE_SENDING: Left = FIRST_CLAIMED + TWO_CLAIMED
POINTS = (
    _named("enqueue_before_insert", NOTHING, (0, 0)),
    _named("enqueue_after_insert", NOTHING, (0, 0)),
    _named("claim_after_commit", FIRST_CLAIMED, (0, 0)),
    _named("attempt_written", FIRST_CLAIMED, (0, 0)),
    _named("send_before_connect", WHILE_SENDING, (0, 0)),
    Point("headers_sent", _after_sends(1), WHILE_SENDING, (0, 0)),
    Point("body_sent", _after_sends(2), WHILE_SENDING, (10, 10)),
    _named("send_after_response", WHILE_SENDING, (10, 10)),
    _named("settle_before_commit", TWO_CLAIMED, (10, 20)),
    _named("claim_before_commit", TWO_CLAIMED, (10, 20)),
    _named("settle_after_commit", ({"inflight": 20, "delivered": 10},), (0, 10)),
)
