"""Lease events to a batch, start it, settle it, split it. Each function is one transaction or less.

The number of a batch is the lease and the fencing token of the events in it: whoever comes back
after losing them changes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.consent import ConsentPolicy
from airflow_provider_tiktok.events.reasons import HINTS
from airflow_provider_tiktok.events.signals import ALL
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.failpoint import failpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import psycopg

    from airflow_provider_tiktok.api.errors import Outcome
    from airflow_provider_tiktok.events.settings import EventSettings
    from airflow_provider_tiktok.warehouse.delivery_decisions import Verdict

EVENTS_A_BATCH = 1000  # TikTok refuses a call with more
BETWEEN = b",\n"
SIGNALS_CHANGED = "signals_changed"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take. The horizons come from TikTok's 48 hours of deduplication.

    An event whose outcome is unknown is never sent later than `unknown_window` after its bytes
    first left; one that TikTok failed to take is given up after `transient_window`, if it was tried
    at least `fewest_failures` times and also in the second half of it.
    """

    lease: timedelta = timedelta(seconds=120)
    unknown_window: timedelta = timedelta(hours=47)
    transient_window: timedelta = timedelta(hours=46)
    fewest_failures: int = 4
    first_wait: float = 2.0
    longest_wait: float = 900.0
    batch_size: int = EVENTS_A_BATCH
    batch_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True)
class Worker:
    """Who delivers: goes into every batch."""

    event_source_id: str
    run_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Events leased together, in the order of `outbox_ids`.

    `data` is what leaves: their payloads, with a comma and a line break between two. Canonical JSON
    has no line break of its own.
    """

    batch_id: int
    event_source: str
    outbox_ids: Sequence[int]
    data: bytes = field(repr=False)

    def __len__(self) -> int:
        """Return how many events it holds."""
        return len(self.outbox_ids)

    def piece(self, batch_id: int, outbox_ids: Sequence[int]) -> Batch:
        """Return the batch that some of these events go on in."""
        payloads = dict(zip(self.outbox_ids, self.payloads(), strict=True))
        data = BETWEEN.join(payloads[outbox_id] for outbox_id in outbox_ids)
        return Batch(batch_id, self.event_source, outbox_ids, data)

    def payloads(self) -> list[bytes]:
        """Return the payload of each event."""
        return self.data.split(BETWEEN)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one claim took: at most one batch, and how many events it kept back, by reason."""

    batch: Batch | None
    kept_back: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        """True when nothing was due."""
        return self.batch is None and not self.kept_back


@contextmanager
def planned_for_claims(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Let the planner read due events in the order of their index, whatever its statistics say."""
    connection.execute(statement("delivery/plan_claims"))
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(statement("delivery/plan_as_before"))


def claim(
    connection: psycopg.Connection[Any],
    worker: Worker,
    settings: EventSettings,
    limits: Limits,
    *,
    batch_size: int | None = None,
) -> Claim:
    """Lease the next events of a pixel to a new batch and write their attempts.

    Events that may not leave any more (consent, age, horizon) end here with their reason. Those
    that hold more signals than the connection allows by now go back to the enqueue, with
    SIGNALS_CHANGED in place of a reason. Nothing of a paused or blocked pixel is taken.
    """
    parameters = claim_parameters(worker, settings, limits, batch_size=batch_size)
    is_stale = True
    while is_stale:
        row = connection.execute(
            statement("delivery/claim"), parameters, prepare=True, binary=True
        ).fetchone()
        assert row is not None  # noqa: S101 - an aggregate
        batch_id, event_source, outbox_ids, payloads, reasons, is_stale = row
    if batch_id is None:
        return Claim(None, Counter(reasons))
    return Claim(Batch(batch_id, event_source, outbox_ids, payloads), Counter(reasons))


def claim_parameters(
    worker: Worker, settings: EventSettings, limits: Limits, *, batch_size: int | None = None
) -> dict[str, Any]:
    """Return the parameters of `delivery/claim`."""
    return {
        "event_source_id": worker.event_source_id,
        "run_id": worker.run_id,
        "worker": worker.name,
        "batch_size": batch_size or limits.batch_size,
        "is_refunds_off": settings.refund_event is None,
        "is_strict": settings.consent_policy is ConsentPolicy.STRICT,
        "may_all_signals": settings.signals == ALL,
        "allowed_signals": sorted(settings.signals),
        "lease": limits.lease,
        "unknown_window": limits.unknown_window,
        "transient_window": limits.transient_window,
        "fewest_failures": limits.fewest_failures,
        "hints": json.dumps(HINTS),
        **ages(settings),
    }


def keep_memory(connection: psycopg.Connection[Any]) -> None:
    """Let the server process keep what a claim needs, for the next one: worth it for a backlog."""
    connection.execute(statement("delivery/keep_memory"))


def start(connection: psycopg.Connection[Any], batch: Batch, limits: Limits) -> bool:
    """Commit that the batch's bytes are about to leave; False when they must not.

    Its lease was lost; or since the claim, which may be minutes ago for a piece of a refused batch,
    the pixel was paused, blocked or switched off or one of the people was forgotten.
    """
    parameters = {"batch_id": batch.batch_id, "lease": limits.lease}
    found = connection.execute(statement("delivery/start_batch"), parameters).fetchone()
    return found is not None


def settle(
    connection: psycopg.Connection[Any],
    batch: Batch,
    verdict: Verdict,
    outcome: Outcome | None,
    limits: Limits,
    *,
    chance: float,
) -> int:
    """Write what came of a batch and return how many events it still held.

    :param chance: drawn from [0, 1): where in the back-off's window the next attempt lies.
    """
    settled = connection.execute(
        statement("delivery/settle"),
        {
            **_receipt(batch, verdict, outcome),
            "state": verdict.state,
            "reason": verdict.reason,
            "hint": verdict.hint,
            "failures": int(verdict.lengthens_back_off),
            "least_wait": verdict.least_wait,
            "first_wait": limits.first_wait,
            "longest_wait": limits.longest_wait,
            "chance": chance,
        },
        prepare=True,
    )
    failpoint("settle_before_commit")
    return settled.rowcount


def split(
    connection: psycopg.Connection[Any],
    batch: Batch,
    verdict: Verdict,
    outcome: Outcome | None,
    *,
    worker: Worker,
    limits: Limits,
) -> list[Batch]:
    """Close a batch, lease its events to smaller ones as the verdict says, and return these."""
    pieces = []
    with connection.transaction():
        connection.execute(
            statement("delivery/close_batch"), _receipt(batch, verdict, outcome), prepare=False
        )
        for indices in verdict.pieces:
            outbox_ids = [batch.outbox_ids[index] for index in indices]
            row = connection.execute(
                statement("delivery/move_to_batch"),
                {
                    "batch_id": batch.batch_id,
                    "outbox_ids": outbox_ids,
                    "event_source_id": worker.event_source_id,
                    "run_id": worker.run_id,
                    "worker": worker.name,
                    "lease": limits.lease,
                },
                prepare=False,
            ).fetchone()
            if row is not None:
                pieces.append(batch.piece(row[0], sorted(row[1])))
    return pieces


def recover(connection: psycopg.Connection[Any]) -> int:
    """Take back the events of workers that are gone; return how many."""
    row = connection.execute(statement("delivery/recover")).fetchone()
    return int(row[0]) if row else 0


def ages(settings: EventSettings) -> dict[str, timedelta]:
    """Return the age per event source after which an event is too old to send."""
    return {f"{source}_age": age for source, age in settings.longest_age.items()}


def _receipt(batch: Batch, verdict: Verdict, outcome: Outcome | None) -> dict[str, Any]:
    return {
        "batch_id": batch.batch_id,
        "outcome": verdict.outcome,
        "is_unknown": verdict.is_unknown,
        "was_refused": verdict.was_refused,
        "http_status": outcome.http_status if outcome else None,
        "code": outcome.code if outcome else None,
        "message": outcome.message if outcome else None,
        "request_id": outcome.request_id if outcome else None,
    }
