"""One worker's end of the outbox: the batches it holds, and what it writes about them."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.reasons import HINTS
from airflow_provider_tiktok.warehouse import outbox_batches as batches
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.delivery_consent import withdraw
from airflow_provider_tiktok.warehouse.delivery_decisions import NOT_SENT, Verdict, by_bytes
from airflow_provider_tiktok.warehouse.failpoint import failpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from airflow_provider_tiktok.api.errors import Outcome
    from airflow_provider_tiktok.events.settings import EventSettings
    from airflow_provider_tiktok.warehouse.delivery_result import DeliveryResult
    from airflow_provider_tiktok.warehouse.outbox_batches import Batch, Limits, Worker

STATE_OF_REASON = {
    "outcome_unknown": "expired_unknown",
    "too_old": "expired",
    "purchase_unknown": "expired",
    "retries_exhausted": "quarantined",
}
# TikTok refuses the pixel or the token: the next worker asks again after this time.
BLOCKED_SECONDS = 300


@dataclass(slots=True)
class DeliveryQueue:
    """The batches that a worker has leased, first the one to send next."""

    connection: psycopg.Connection[Any]
    worker: Worker
    settings: EventSettings
    limits: Limits
    result: DeliveryResult
    chance: Callable[[], float]
    ready: deque[Batch] = field(default_factory=deque)
    batch_size: int = 0
    has_backlog: bool = False
    keeps_memory: bool = False

    def prepare(self) -> None:
        """Take back what dead workers held, stop what lost its consent, let refunds go."""
        self.result.recovered += batches.recover(self.connection)
        self._count("consent_withdrawn", withdraw(self.connection, self.worker.event_source_id))
        self.release_refunds()

    def release_refunds(self) -> int:
        """Let refunds go whose purchase was delivered; return how many."""
        rows = self.connection.execute(
            statement("delivery/release_refunds"),
            {
                "event_source_id": self.worker.event_source_id,
                "is_refunds_off": self.settings.refund_event is None,
                "hints": json.dumps(HINTS),
                **batches.ages(self.settings),
            },
        ).fetchall()
        released = 0
        for verdict, events in rows:
            if verdict == "released":
                released += events
            else:
                self._count(verdict, events)
        self.result.released_refunds += released
        return released

    def take(self) -> bool:
        """Claim the next batch; False when nothing was due."""
        if self.has_backlog and not self.keeps_memory:
            batches.keep_memory(self.connection)
            self.keeps_memory = True
        claimed = batches.claim(
            self.connection,
            self.worker,
            self.settings,
            self.limits,
            batch_size=self.batch_size or self.limits.batch_size,
        )
        for reason, events in claimed.kept_back.items():
            if reason == batches.SIGNALS_CHANGED:
                self.result.given_back += events
            else:
                self._count(reason, events)
        if claimed.batch is not None:
            self.has_backlog = len(claimed.batch) == self.limits.batch_size
            self._add(claimed.batch)
        return not claimed.is_empty

    def start_next(self) -> Batch | None:
        """Return the next batch with its start committed, or None when there is none left.

        What may not leave any more is given back: the next claim finds out why.
        """
        while self.ready:
            batch = self.ready.popleft()
            failpoint("attempt_written")
            if batches.start(self.connection, batch, self.limits):
                return batch
            self._give_back(batch)
        return None

    def settle(self, batch: Batch, verdict: Verdict, outcome: Outcome | None) -> None:
        """Write what came of a batch; what goes on in smaller batches is next to send."""
        if verdict.pieces:
            pieces = batches.split(
                self.connection, batch, verdict, outcome, worker=self.worker, limits=self.limits
            )
            self.ready.extendleft(reversed(pieces))
            return
        events = batches.settle(
            self.connection, batch, verdict, outcome, self.limits, chance=self.chance()
        )
        if verdict.state == "pending":
            self.result.retried += events
            self.result.unknown += events if verdict.is_unknown else 0
        else:
            self._count(verdict.reason or verdict.state, events, verdict.state)
        self._resize(batch, verdict)

    def put_back(self) -> None:
        """Give up the batches that were never sent, for anyone to take at once."""
        while self.ready:
            self._give_back(self.ready.popleft())

    def block(self, outcome: Outcome) -> None:
        """Keep every worker from this pixel for a while: only a person can help."""
        self.connection.execute(
            statement("delivery/block"),
            {
                "event_source_id": self.worker.event_source_id,
                "seconds": f"{BLOCKED_SECONDS} seconds",
                "reason": outcome.error_class.value,
                "code": outcome.code,
                "message": f"{outcome.message} {outcome.next_step}".strip(),
                "request_id": outcome.request_id,
            },
        )

    def unblock(self) -> None:
        """Forget that TikTok refused this pixel: it takes events again."""
        self.connection.execute(
            statement("delivery/unblock"), {"event_source_id": self.worker.event_source_id}
        )

    def seconds_until_due(self) -> float | None:
        """Return how long until the next event is due, None when none waits."""
        row = self.connection.execute(
            statement("delivery/next_due"), {"event_source_id": self.worker.event_source_id}
        ).fetchone()
        return None if row is None else row[0]

    def gate(self) -> tuple[bool, bool, str | None]:
        """Return whether a person paused this pixel, whether it is blocked, and TikTok's words."""
        row = self.connection.execute(
            statement("delivery/find_gate"), {"event_source_id": self.worker.event_source_id}
        ).fetchone()
        return row or (False, False, None)

    def _add(self, batch: Batch) -> None:
        """Queue a batch; one that is too large in bytes goes on in several."""
        if len(batch.data) <= self.limits.batch_bytes:
            self.ready.append(batch)
            return
        sizes = [len(payload) for payload in batch.payloads()]
        pieces = by_bytes(sizes, self.limits.batch_bytes)
        verdict = replace(NOT_SENT, pieces=pieces)
        self.ready.extend(
            batches.split(
                self.connection, batch, verdict, None, worker=self.worker, limits=self.limits
            )
        )

    def _give_back(self, batch: Batch) -> None:
        batches.settle(self.connection, batch, NOT_SENT, None, self.limits, chance=self.chance())

    def _resize(self, batch: Batch, verdict: Verdict) -> None:
        """Halve after a time-out, because TikTok blocks a request that times out thrice; regrow."""
        if verdict.shrinks:
            self.batch_size = max(1, len(batch) // 2)
        elif verdict.state == "delivered" and self.batch_size:
            self.batch_size = min(self.limits.batch_size, self.batch_size * 2)

    def _count(self, reason: str, events: int, state: str | None = None) -> None:
        if not events:
            return
        state = state or STATE_OF_REASON.get(reason, "suppressed")
        setattr(self.result, state, getattr(self.result, state) + events)
        if reason != state:
            self.result.reasons[reason] += events
