"""Keep a backfill's plan in the warehouse, hand out its slices, and say what came of it.

A slice is worked on under a lock that its session holds: a process that dies lets it go, one that
was orphaned keeps it, so that no two work on the same slice.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from airflow_provider_tiktok.warehouse.backfill_request import BackfillError, BackfillRequest
from airflow_provider_tiktok.warehouse.backfill_survey import Tally, events_in_outbox
from airflow_provider_tiktok.warehouse.database import WarehouseError, statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    import psycopg

    from airflow_provider_tiktok.warehouse.backfill_request import PlannedSlice


class SliceBusyError(Exception):
    """Another process works on the slice; a later try finds it done, or free."""


@dataclass(frozen=True, slots=True)
class Price:
    """What the calls of a plan take; rows are those of spend."""

    calls: int = 0
    rows: int = 0
    minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class Backfill:
    """A backfill that was planned: its request, and since when what is done counts."""

    backfill_id: int
    request: BackfillRequest
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice in the hands of this process; days after `next_day` are done."""

    backfill_id: int
    slice_number: int
    kind: str
    subject: str
    first_day: date
    last_day: date
    next_day: date


@dataclass(frozen=True)
class BackfillProgress:
    """How far a backfill is."""

    backfill_id: int
    what: list[str]
    first_day: date
    last_day: date
    state: str
    slices: int
    slices_done: int
    slices_failed: int
    planned_at: datetime
    finished_at: datetime | None
    last_message: str | None


def keep_plan(
    connection: psycopg.Connection[Any],
    request: BackfillRequest,
    slices: Sequence[PlannedSlice],
    counts: Mapping[Tally, int],
    price: Price,
    *,
    run_id: str,
    is_dry_run: bool,
) -> tuple[int, bool]:
    """Write a plan; return its number, and whether it goes on with an open one of that request.

    A plan that is gone on with keeps its slices; what is done of them is not done again.
    """
    parameters = {
        "connection_id": request.connection_id,
        "request_hash": request.request_hash,
        "what": list(request.what),
        "first_day": request.first_day,
        "last_day": request.last_day,
        "advertiser_ids": list(request.advertiser_ids),
        "event_source_ids": list(request.event_source_ids),
        "event_source": request.event_source,
        "pace": request.pace,
        "is_dry_run": is_dry_run,
        "planned_calls": price.calls,
        "planned_rows": price.rows,
        "planned_minutes": round(price.minutes, 2),
        "run_id": run_id,
    }
    with connection.transaction():
        row = connection.execute(statement("backfill/insert"), parameters).fetchone()
        if row is None:
            found = connection.execute(statement("backfill/go_on"), parameters).fetchone()
            if found is None:
                raise BackfillError("The same backfill has just ended: trigger this one again.")
            return int(found[0]), True
        backfill_id = int(row[0])
        _write_counts(connection, backfill_id, "planned", counts)
        for number, piece in enumerate(slices, start=1):
            connection.execute(
                statement("backfill/insert_slice"),
                {
                    "backfill_id": backfill_id,
                    "slice_number": number,
                    "kind": piece.kind,
                    "subject": piece.subject,
                    "first_day": piece.first_day,
                    "last_day": piece.last_day,
                },
            )
    return backfill_id, False


def open_slices(connection: psycopg.Connection[Any], backfill_id: int) -> dict[str, list[int]]:
    """Return the numbers of the slices that are not done, by kind."""
    found: dict[str, list[int]] = {}
    rows = connection.execute(statement("backfill/open_slices"), {"backfill_id": backfill_id})
    for number, kind in rows:
        found.setdefault(kind, []).append(number)
    return found


def find_backfill(connection: psycopg.Connection[Any], backfill_id: int) -> Backfill:
    """Return a backfill by its number.

    :raises WarehouseError: there is none.
    """
    found = connection.execute(statement("backfill/find"), {"backfill_id": backfill_id}).fetchone()
    if found is None:
        raise WarehouseError(f"There is no backfill {backfill_id}: clear the task `plan` as well.")
    _, connection_id, what, first, last, advertisers, pixels, source, pace, planned_at = found
    request = BackfillRequest(
        connection_id=connection_id,
        what=tuple(what),
        first_day=first,
        last_day=last,
        advertiser_ids=tuple(advertisers),
        event_source_ids=tuple(pixels),
        event_source=source,
        pace=pace,
    )
    return Backfill(backfill_id, request, planned_at)


@contextmanager
def taken(
    connection: psycopg.Connection[Any], backfill_id: int, slice_number: int, *, run_id: str
) -> Iterator[Slice | None]:
    """Hold a slice for the block, or yield None when it is done already.

    An exception marks the slice as failed, with the sentence; it may be taken again.

    :raises SliceBusyError: another process holds it.
    """
    key = {"backfill_id": backfill_id, "slice_number": slice_number}
    row = connection.execute(statement("backfill/lock_slice"), key).fetchone()
    if row is None or not row[0]:
        raise SliceBusyError(f"Slice {slice_number} of backfill {backfill_id} is being worked on.")
    try:
        parameters = {**key, "run_id": run_id}
        found = connection.execute(statement("backfill/start_slice"), parameters).fetchone()
        try:
            yield Slice(backfill_id, *found) if found else None
        except Exception as error:
            if not connection.closed:
                end_slice(connection, backfill_id, slice_number, "failed", {}, message=str(error))
            raise
    finally:
        if not connection.closed:
            connection.execute(statement("backfill/unlock_slice"), key)


def advance(
    connection: psycopg.Connection[Any], piece: Slice, next_day: date, counts: Mapping[str, int]
) -> None:
    """Commit that the days after `next_day` are done."""
    connection.execute(
        statement("backfill/advance_slice"),
        {
            "backfill_id": piece.backfill_id,
            "slice_number": piece.slice_number,
            "next_day": next_day,
            "counts": Jsonb(dict(counts)),
        },
    )


def end_slice(
    connection: psycopg.Connection[Any],
    backfill_id: int,
    slice_number: int,
    state: str,
    counts: Mapping[str, Any],
    *,
    message: str | None = None,
) -> None:
    """Write how a slice ended: ``done``, ``failed``, or ``planned`` for another task to go on."""
    connection.execute(
        statement("backfill/end_slice"),
        {
            "backfill_id": backfill_id,
            "slice_number": slice_number,
            "state": state,
            "counts": Jsonb(dict(counts)),
            "message": message[:1000] if message else None,
        },
    )


def report(connection: psycopg.Connection[Any], backfill: Backfill) -> Counter[Tally]:
    """Count what came of every day and event that was asked for, keep it, and return it.

    The backfill ends with it when all of its slices are done.
    """
    request, backfill_id = backfill.request, backfill.backfill_id
    counts: Counter[Tally] = Counter()
    rows = connection.execute(statement("backfill/spend_days"), {"backfill_id": backfill_id})
    for advertiser_id, outcome, reason in rows:
        counts[Tally("spend", advertiser_id, outcome, reason)] += 1
    for kind in request.event_kinds:
        counts += events_in_outbox(
            connection,
            kind,
            request.connection_id,
            request.scope(request.first_day, request.last_day),
            settled_since=backfill.planned_at,
        )
    with connection.transaction():
        _write_counts(connection, backfill_id, "reported", counts)
        connection.execute(statement("backfill/finish"), {"backfill_id": backfill_id})
    return counts


def progress(
    connection: psycopg.Connection[Any],
    connection_id: str,
    *,
    backfill_id: int | None = None,
    limit: int = 5,
) -> list[BackfillProgress]:
    """Return how far the last backfills of a connection are, the newest first."""
    with connection.cursor(row_factory=class_row(BackfillProgress)) as cursor:
        cursor.execute(
            statement("backfill/progress"),
            {"connection_id": connection_id, "backfill_id": backfill_id, "most_rows": limit},
        )
        return cursor.fetchall()


def counted(connection: psycopg.Connection[Any], backfill_id: int, phase: str) -> Counter[Tally]:
    """Return what a plan (``planned``) or a report (``reported``) counted."""
    parameters = {"backfill_id": backfill_id, "phase": phase}
    rows = connection.execute(statement("backfill/counts"), parameters)
    return Counter({Tally(*tally): quantity for *tally, quantity in rows})


def _write_counts(
    connection: psycopg.Connection[Any],
    backfill_id: int,
    phase: str,
    counts: Mapping[Tally, int],
) -> None:
    key = {"backfill_id": backfill_id, "phase": phase}
    connection.execute(statement("backfill/remove_counts"), key)
    for tally, quantity in counts.items():
        connection.execute(
            statement("backfill/insert_count"), {**key, **tally._asdict(), "quantity": quantity}
        )
