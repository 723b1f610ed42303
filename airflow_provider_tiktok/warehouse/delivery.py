"""Deliver what waits in the outbox: claim, send, settle, until nothing is due or time is up.

The first call goes alone. Once TikTok has taken one, two are on their way at a time: while one is
answered the other is settled and the next one is claimed and started, so that neither the database
nor the network costs time. After any other answer it is one again.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import psycopg

from airflow_provider_tiktok.api.errors import TikTokError
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.delivery_decisions import Verdict, decide
from airflow_provider_tiktok.warehouse.delivery_queue import DeliveryQueue
from airflow_provider_tiktok.warehouse.delivery_result import DeliveryResult, Stopped
from airflow_provider_tiktok.warehouse.delivery_sender import MOST, DeliverySender
from airflow_provider_tiktok.warehouse.failpoint import failpoint
from airflow_provider_tiktok.warehouse.outbox_batches import (
    Limits,
    Worker,
    planned_for_claims,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.errors import Outcome

NAP_SECONDS = 1.0
FIRST_REST = 1.0
_SYSTEM_RANDOM = SystemRandom()


@dataclass(frozen=True, slots=True)
class Pace:
    """How a run passes its time, in seconds, and by which clock.

    A run waits for events in back-off and for a throttle that end within `patience`. Consent is
    read again every `consent_every`. After `failures` calls in a row that failed, a run leaves
    TikTok alone.
    """

    patience: float = 30.0
    failures: int = 6
    consent_every: float = 60.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def deliver(
    target: psycopg.Connection[Any] | str,
    client: TikTokClient,
    event_source_id: str,
    *,
    settings: EventSettings | None = None,
    run_id: str | None = None,
    stop: Callable[[], bool] = lambda: False,
    max_seconds: float = 240.0,
    pace: Pace | None = None,
    limits: Limits | None = None,
    chance: Callable[[], float] = _SYSTEM_RANDOM.random,
) -> DeliveryResult:
    """Send the due events of one pixel or event set, and return the counts.

    Never raises for what TikTok answers: `result.stopped` and `result.message` say why a run ended
    early and what to do. Airflow may run two of these at once; each event goes to one of them.

    :param target: the warehouse: a connection in autocommit mode, or a URI.
    :param max_seconds: after them no batch is taken any more; what is on its way is finished.
    :param stop: asked before each batch; True ends the run after those on their way.
    :param chance: draws from [0, 1), for the back-off.
    :raises ExportRelationError: consent cannot be read again, so nothing is sent.
    :raises WarehouseError: the token or the quota cannot be had; what did not leave is given back.
    """
    result = DeliveryResult()
    pace = pace or Pace()
    limits = limits or Limits()
    worker = Worker(event_source_id, run_id, f"{socket.gethostname()}:{os.getpid()}")
    with _opened(target) as connection:
        settings = settings or EventSettings()
        queue = DeliveryQueue(connection, worker, settings, limits, result, chance)
        run = _Run(queue, client, stop, pace, pace.clock() + max_seconds)
        with run.sender:
            try:
                run.to_the_end()
            except BaseException:
                # A connection that is found broken only now must not hide why the run ended.
                with suppress(psycopg.OperationalError):
                    run.wind_up()
                raise
            run.wind_up()
    return result


@dataclass(slots=True)
class _Run:
    """The loop of one run."""

    queue: DeliveryQueue
    client: TikTokClient
    stop: Callable[[], bool]
    pace: Pace
    deadline: float
    ended: Stopped | None = None
    prepared_at: float = field(default=float("-inf"))
    failures: int = 0
    was_taken: bool = False
    is_open: bool = False
    sender: DeliverySender = field(init=False)

    def __post_init__(self) -> None:
        """Make the sender."""
        self.sender = DeliverySender(self.client, self.queue.worker.event_source_id)

    def to_the_end(self) -> None:
        """Send until nothing is due, or something ends the run."""
        while self.sender or self._take_off():
            self._line_up()
            self._land()
        self.queue.result.stopped = self.ended or Stopped.EMPTY

    def wind_up(self) -> None:
        """Write what came of what is on its way, and give the rest back, however a run ends."""
        try:
            while self.sender:
                batch, outcome = self.sender.land()
                if isinstance(outcome, Exception):
                    self.queue.ready.appendleft(batch)
                else:
                    self.queue.settle(batch, decide(outcome, len(batch)), outcome)
        finally:
            self.queue.put_back()

    def _take_off(self) -> bool:
        """Launch a batch; False when the run is over."""
        while self._may_take():
            if self._launch():
                return True
            if not self._take() and not self._wait_for_more():
                return False
        return False

    def _line_up(self) -> None:
        """Let another batch leave beside the one on its way, if TikTok took the last one."""
        has_room = self.was_taken and len(self.sender) < MOST
        if has_room and self._may_take() and (self.queue.ready or self._take()):
            self._launch()

    def _launch(self) -> bool:
        batch = self.queue.start_next()
        if batch is None:
            return False
        self.sender.send(batch)
        return True

    def _land(self) -> None:
        """Wait for an answer, write what came of it, and claim on if all is well.

        Raises what kept a batch from leaving; it is given back.
        """
        batch, outcome = self.sender.land()
        if isinstance(outcome, Exception):
            self.queue.ready.appendleft(batch)
            raise outcome
        verdict = decide(outcome, len(batch))
        self.queue.result.calls += outcome.was_sent
        self.was_taken = outcome.is_success
        with self.queue.connection.transaction():
            self.queue.settle(batch, verdict, outcome)
            if outcome.is_success and self._may_claim_beside():
                self.queue.take()
                failpoint("claim_before_commit")
        failpoint("settle_after_commit")
        if outcome.is_success and not self.is_open:
            self.queue.unblock()
            self.is_open = True
        self.failures = self.failures + 1 if verdict.is_failure else 0
        if verdict.stops is not None:
            self._stop_for(verdict, outcome)
        elif verdict.is_failure:
            self._rest_after_failure()

    def _may_claim_beside(self) -> bool:
        """Return whether the transaction of a receipt may claim as well."""
        return not self.queue.ready and self._is_consent_fresh() and self._may_take()

    def _take(self) -> bool:
        if not self._is_consent_fresh():
            self.prepared_at = self.pace.clock()
            self.queue.prepare()
        has_taken = self.queue.take()
        failpoint("claim_after_commit")
        return has_taken

    def _is_consent_fresh(self) -> bool:
        return self.pace.clock() - self.prepared_at < self.pace.consent_every

    def _wait_for_more(self) -> bool:
        """Return whether more may be due: a refund let go, or an event in a short back-off."""
        if self.queue.release_refunds():
            return True
        is_paused, is_blocked, message = self.queue.gate()
        if is_paused or is_blocked:
            self.ended = Stopped.PAUSED if is_paused else Stopped.BLOCKED
            self.queue.result.message = message if is_blocked else None
            return False
        seconds = self.queue.seconds_until_due()
        if seconds is None:
            return False
        return self._rest(seconds)

    def _rest(self, seconds: float) -> bool:
        """Sleep until events are due; False when that is longer than the run waits or may take."""
        if seconds > self.pace.patience:
            return False
        if self.pace.clock() + seconds > self.deadline:
            self.ended = self.ended or Stopped.TIME
            return False
        left = max(seconds, 0.05)
        while left > 0 and self._may_take():
            self.pace.sleep(min(left, NAP_SECONDS))
            left -= NAP_SECONDS
        return self._may_take()

    def _rest_after_failure(self) -> None:
        """Leave TikTok alone for a while when it fails again and again."""
        longest = FIRST_REST * 2.0 ** (self.failures - 1)
        if self.failures >= self.pace.failures or not self._rest(self.queue.chance() * longest):
            self.ended = self.ended or Stopped.FAILING

    def _stop_for(self, verdict: Verdict, outcome: Outcome) -> None:
        if verdict.stops == "throttled":
            if not self._rest(verdict.least_wait):
                self.ended = self.ended or Stopped.THROTTLED
            return
        self.queue.block(outcome)
        self.ended = Stopped.BLOCKED
        self.queue.result.message = str(TikTokError(outcome, "event/track/"))

    def _may_take(self) -> bool:
        if self.ended is None:
            if self.stop():
                self.ended = Stopped.ASKED
            elif self.pace.clock() >= self.deadline:
                self.ended = Stopped.TIME
        return self.ended is None


@contextmanager
def _opened(target: psycopg.Connection[Any] | str) -> Iterator[psycopg.Connection[Any]]:
    if not isinstance(target, str):
        with planned_for_claims(target):
            yield target
        return
    connection = connect(target, application_name="airflow-provider-tiktok deliver")
    with connection, planned_for_claims(connection):
        yield connection
