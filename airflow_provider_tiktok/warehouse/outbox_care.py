"""Forget people, keep nothing longer than needed, and pause a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.reasons import HINTS, Reason
from airflow_provider_tiktok.events.values import LONGEST_ID
from airflow_provider_tiktok.warehouse.database import statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

ROWS_A_STEP = 10_000


@dataclass(frozen=True, slots=True)
class ForgetResult:
    """How many events of the forgotten people there were, and how many of them still waited."""

    events: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept. Quarantined events keep what they say longer, to be corrected."""

    payloads: timedelta = timedelta(days=7)
    quarantine: timedelta = timedelta(days=30)
    receipts: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class RetainResult:
    """How much was removed."""

    payloads: int
    events: int
    batches: int


def subjects_of(
    connection: psycopg.Connection[Any], connection_id: str, event_ids: Sequence[str]
) -> list[str]:
    """Return the subject keys of the people whose events these are."""
    parameters = {"connection_id": connection_id, "event_ids": list(event_ids)}
    rows = connection.execute(statement("outbox_care/subjects_of"), parameters)
    return [row[0] for row in rows]


def count_subjects(
    connection: psycopg.Connection[Any], subject_keys: Sequence[str]
) -> ForgetResult:
    """Return what `forget` would take, and change nothing."""
    parameters = {"subject_keys": _kept(subject_keys)}
    row = connection.execute(statement("outbox_care/count_subjects"), parameters).fetchone()
    return ForgetResult(*row) if row else ForgetResult(0, 0)


def forget(
    connection: psycopg.Connection[Any], subject_keys: Sequence[str], *, forgotten_by: str
) -> ForgetResult:
    """Remove everything that the events of these people say, and never take them in again.

    What waits is suppressed. event_id, state and times stay, and a tombstone that holds a hash.
    One call of TikTok that is on its way cannot be taken back.

    :param subject_keys: the values of the export view's column subject_key.
    """
    kept = _kept(subject_keys)
    parameters = {"subject_keys": kept, "forgotten_by": forgotten_by}
    with connection.transaction():
        # First the tombstone: an enqueue under way has either written its rows, or sees it.
        connection.execute(statement("outbox_care/bury"), parameters)
        connection.execute(statement("outbox_care/lock_said"), parameters)
        row = connection.execute(
            statement("outbox_care/forget"),
            {"subject_keys": kept, "hint": HINTS[Reason.FORGOTTEN]},
        ).fetchone()
    return ForgetResult(*row) if row else ForgetResult(0, 0)


def retain(connection: psycopg.Connection[Any], retention: Retention | None = None) -> RetainResult:
    """Remove what is older than its retention time, in steps that commit; return how much."""
    retention = retention or Retention()
    ages = {
        "payload_age": retention.payloads,
        "quarantine_age": retention.quarantine,
        "receipt_age": retention.receipts,
    }
    return RetainResult(
        payloads=_in_steps(connection, "outbox_care/remove_payloads", ages),
        events=_in_steps(connection, "outbox_care/remove_events", ages),
        batches=connection.execute(statement("outbox_care/remove_batches"), ages).rowcount,
    )


def is_known_source(connection: psycopg.Connection[Any], event_source_id: str) -> bool:
    """Return whether a pixel was imported, or an event of the pixel or event set ever enqueued."""
    parameters = {"event_source_id": event_source_id}
    row = connection.execute(statement("outbox_care/is_known"), parameters).fetchone()
    return bool(row and row[0])


def pause(connection: psycopg.Connection[Any], event_source_id: str, *, paused_by: str) -> None:
    """Let the events of a pixel wait until `resume`; what is on its way arrives."""
    parameters = {"event_source_id": event_source_id, "paused_by": paused_by}
    connection.execute(statement("outbox_care/pause"), parameters)


def resume(connection: psycopg.Connection[Any], event_source_id: str) -> None:
    """Let a pixel go on that was paused, or that TikTok refused and a person has put right."""
    connection.execute(statement("outbox_care/resume"), {"event_source_id": event_source_id})


def _kept(subject_keys: Sequence[str]) -> list[str]:
    """Return the keys as the outbox holds them."""
    return [key[:LONGEST_ID] for key in subject_keys]


def _in_steps(connection: psycopg.Connection[Any], name: str, ages: dict[str, timedelta]) -> int:
    removed = 0
    while True:
        step = connection.execute(
            statement(name), {**ages, "most_rows": ROWS_A_STEP}, prepare=False
        ).rowcount
        removed += step
        if step < ROWS_A_STEP:
            return removed
