"""Look up what became of events: where each stands, every attempt, what was withheld and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from psycopg.rows import class_row, dict_row

from airflow_provider_tiktok.warehouse.database import statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import psycopg

QUARANTINED = ("quarantined",)
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One HTTP try of one event. `events` is how many left in the same call."""

    attempt: int
    sent_at: datetime | None
    finished_at: datetime | None
    outcome: str
    http_status: int | None
    code: int | None
    message: str | None
    request_id: str | None
    run_id: str | None
    events: int


@dataclass(frozen=True, slots=True)
class Replay:
    """One time that a person let an event be sent again."""

    requested_at: datetime
    requested_by: str
    from_state: str
    from_reason: str | None
    is_past_horizon: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything that is known about one event.

    `payload` is what left or would leave, hashed where TikTok takes hashes; None once retention
    removed it. `withheld` maps a signal that stayed here to why.
    """

    outbox_id: int
    event_id: str
    event: str
    kind: str
    event_source: str
    event_source_id: str
    event_time: datetime | None
    consent_state: str
    limited_data_use: bool
    state: str
    reason: str | None
    hint: str | None
    waits_for_purchase: bool
    purchase_event_id: str | None
    purchase_state: str | None
    has_unknown_outcome: bool
    enqueued_at: datetime
    next_attempt_at: datetime | None
    settled_at: datetime | None
    payload_changed_at: datetime | None
    signals: Sequence[str]
    withheld: Mapping[str, str]
    payload: str | None = field(repr=False)
    payload_hash: str | None
    attempts: Sequence[Attempt] = ()
    replays: Sequence[Replay] = ()


@dataclass(frozen=True, slots=True)
class EndedEvent:
    """An event that was not delivered for good. `total` counts all that match, shown or not."""

    event_id: str
    event: str
    event_source_id: str
    state: str
    reason: str
    hint: str | None
    settled_at: datetime
    can_be_replayed: bool
    code: int | None
    message: str | None
    request_id: str | None
    total: int


def read_receipts(
    connection: psycopg.Connection[Any],
    connection_id: str,
    event_ids: Sequence[str],
    *,
    event_source_id: str | None = None,
) -> list[Receipt]:
    """Return the receipts of events; ids that were never enqueued are left out.

    :param event_source_id: only of this pixel code or event set.
    """
    parameters = {
        "connection_id": connection_id,
        "event_ids": list(event_ids),
        "event_source_id": event_source_id,
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement("outbox_receipts/events"), parameters).fetchall()
    return [
        Receipt(
            **row,
            attempts=_parts(connection, Attempt, "attempts", row["outbox_id"]),
            replays=_parts(connection, Replay, "replays", row["outbox_id"]),
        )
        for row in rows
    ]


def ended_badly(
    connection: psycopg.Connection[Any],
    connection_id: str,
    *,
    states: Sequence[str] = QUARANTINED,
    reason: str | None = None,
    event_source_id: str | None = None,
    limit: int = 50,
) -> list[EndedEvent]:
    """Return events that were not delivered for good, the newest first."""
    with connection.cursor(row_factory=class_row(EndedEvent)) as cursor:
        cursor.execute(
            statement("outbox_receipts/ended_badly"),
            {
                "connection_id": connection_id,
                "states": list(states),
                "reason": reason,
                "event_source_id": event_source_id,
                "most_rows": limit,
            },
        )
        return cursor.fetchall()


def _parts(
    connection: psycopg.Connection[Any], kind: type[Part], name: str, outbox_id: int
) -> list[Part]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        cursor.execute(statement(f"outbox_receipts/{name}"), {"outbox_id": outbox_id})
        return cursor.fetchall()
