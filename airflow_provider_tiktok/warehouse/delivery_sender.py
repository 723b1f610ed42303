"""Send batches one after the other, beside the work on the database.

A batch whose start is committed may wait here for its turn. It leaves in the moment in which TikTok
has taken the one before it, so that no time passes between two calls. Otherwise it stays: nobody
sends on when a call was refused or had no answer.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from airflow_provider_tiktok.api.errors import Outcome, TikTokError
from airflow_provider_tiktok.api.events import track_request
from airflow_provider_tiktok.warehouse.failpoint import failpoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.messages import ApiRequest
    from airflow_provider_tiktok.warehouse.outbox_batches import Batch

# The call on its way, and the one that waits for its turn.
MOST = 2
_Answer = Future[Outcome | None]


@dataclass(slots=True)
class DeliverySender:
    """The calls of one run: at most one is on its way, and one waits behind it.

    `goes_on` is asked before a batch leaves that has waited; False keeps it here. So does a wait of
    `longest_wait` seconds by `clock`: a lease must outlast the call that it is for.
    """

    client: TikTokClient
    event_source_id: str
    goes_on: Callable[[], bool]
    clock: Callable[[], float]
    longest_wait: float
    _flights: deque[tuple[Batch, _Answer]] = field(default_factory=deque)
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, "tiktok-send")
    )

    def __enter__(self) -> Self:
        """Return itself; the thread starts with the first batch."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the call on its way."""
        self._thread.shutdown()

    def __len__(self) -> int:
        """Return how many batches are on their way or wait for their turn."""
        return len(self._flights)

    def send(self, batch: Batch) -> None:
        """Let a batch leave, or wait behind the one that is on its way."""
        before = self._flights[-1][1] if self._flights else None
        request = track_request(
            event_source=batch.event_source,
            event_source_id=self.event_source_id,
            data=batch.data,
            events=len(batch),
        )
        answer = self._thread.submit(self._send, request, before, self.clock())
        self._flights.append((batch, answer))

    def land(self) -> tuple[Batch, Outcome | None]:
        """Wait for the answer to the first batch; None means that it did not leave."""
        batch, answer = self._flights.popleft()
        return batch, answer.result()

    def _send(self, request: ApiRequest, before: _Answer | None, since: float) -> Outcome | None:
        if before is not None and not self._may_follow(before, since):
            return None
        failpoint("send_before_connect")
        try:
            outcome = self.client.call_once(request)
        except TikTokError as error:  # the token could not be had: nothing left
            return replace(error.outcome, was_sent=False, may_have_arrived=False)
        failpoint("send_after_response")
        return outcome

    def _may_follow(self, before: _Answer, since: float) -> bool:
        outcome = None if before.exception() else before.result()
        was_taken = outcome is not None and outcome.is_success
        return was_taken and self.clock() - since < self.longest_wait and self.goes_on()
