"""Send batches beside the work on the database, at most two at a time."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from threading import Event
from typing import TYPE_CHECKING, Self

from airflow_provider_tiktok.api.errors import Outcome, TikTokError
from airflow_provider_tiktok.api.events import track_request
from airflow_provider_tiktok.warehouse.failpoint import failpoint

if TYPE_CHECKING:
    from types import TracebackType

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.messages import ApiRequest
    from airflow_provider_tiktok.warehouse.outbox_batches import Batch

# While TikTok works on one, the other is on the road. More would only wait there.
MOST = 2


@dataclass(slots=True)
class DeliverySender:
    """The calls of one run that are on their way."""

    client: TikTokClient
    event_source_id: str
    _flights: list[tuple[Batch, Future[Outcome | Exception]]] = field(default_factory=list)
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(MOST, "tiktok-send")
    )

    def __enter__(self) -> Self:
        """Return itself; a thread starts with the first batch."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the calls on their way."""
        self._threads.shutdown()

    def __len__(self) -> int:
        """Return how many batches are on their way."""
        return len(self._flights)

    def send(self, batch: Batch) -> None:
        """Let a batch leave whose start is committed."""
        self._flights.append((batch, self._threads.submit(self._send, batch)))

    def land(self) -> tuple[Batch, Outcome | Exception]:
        """Wait for the next answer; of two the one to the batch that left first.

        An exception in its place is why no byte of the batch could leave: the quota or the token
        could not be asked for. Raises what the call raised later than that, which is no answer of
        TikTok's and no failure of the network.
        """
        done = wait([answer for _, answer in self._flights], return_when=FIRST_COMPLETED).done
        number = next(at for at, (_, answer) in enumerate(self._flights) if answer in done)
        batch, answer = self._flights.pop(number)
        return batch, answer.result()

    def _send(self, batch: Batch) -> Outcome | Exception:
        failpoint("send_before_connect")
        has_left = Event()
        try:
            request = self._request(batch)
            outcome = self.client.call_once(request, leaving=has_left.set)
        except Exception as error:
            if has_left.is_set():
                raise
            if isinstance(error, TikTokError):  # the token could not be renewed
                return replace(
                    error.outcome, was_sent=False, may_have_arrived=False, is_timeout=False
                )
            return error
        failpoint("send_after_response")
        return outcome

    def _request(self, batch: Batch) -> ApiRequest:
        return track_request(
            event_source=batch.event_source,
            event_source_id=self.event_source_id,
            data=batch.data,
            events=len(batch),
        )
