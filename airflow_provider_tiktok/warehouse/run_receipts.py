"""Say what one run of a DAG did: what it read, what TikTok answered, how far its backfill is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg.rows import class_row

from airflow_provider_tiktok.warehouse.backfill import counted, progress
from airflow_provider_tiktok.warehouse.database import statement

if TYPE_CHECKING:
    from collections import Counter
    from datetime import date, datetime

    import psycopg

    from airflow_provider_tiktok.warehouse.backfill import BackfillProgress
    from airflow_provider_tiktok.warehouse.backfill_survey import Tally


@dataclass(frozen=True)
class RunPulls:
    """What a run read of one advertiser."""

    advertiser_id: str
    pulls: int
    incomplete: int
    first_day: date
    last_day: date
    rows_read: int
    rows_changed: int
    incomplete_reason: str | None


@dataclass(frozen=True)
class RunReceipts:
    """Events of a run that had the same answer and stand at the same state now."""

    event_source_id: str
    event: str
    outcome: str
    state: str
    reason: str
    events: int
    calls: int
    first_sent_at: datetime | None
    last_answered_at: datetime | None
    code: int | None
    request_id: str | None


class RunBackfill(NamedTuple):
    """The backfill of a run, with what its plan and its report counted."""

    progress: BackfillProgress
    planned: Counter[Tally]
    reported: Counter[Tally]


def pulls_of_run(
    connection: psycopg.Connection[Any],
    connection_id: str,
    run_id: str,
    *,
    backfill_id: int | None = None,
) -> list[RunPulls]:
    """Return what a run read, by advertiser.

    :param backfill_id: whose report tasks to count as well; they outlive a run.
    """
    parameters = {
        "connection_id": connection_id,
        "run_id": run_id,
        "backfill": f"backfill_{backfill_id}",
    }
    with connection.cursor(row_factory=class_row(RunPulls)) as cursor:
        cursor.execute(statement("run/pulls"), parameters)
        return cursor.fetchall()


def receipts_of_run(
    connection: psycopg.Connection[Any], connection_id: str, run_id: str
) -> list[RunReceipts]:
    """Return what TikTok answered to a run's calls, in numbers of events."""
    with connection.cursor(row_factory=class_row(RunReceipts)) as cursor:
        cursor.execute(
            statement("run/receipts"), {"connection_id": connection_id, "run_id": run_id}
        )
        return cursor.fetchall()


def backfill_of_run(
    connection: psycopg.Connection[Any], connection_id: str, run_id: str
) -> RunBackfill | None:
    """Return the backfill of a run; None when it had none."""
    parameters = {"connection_id": connection_id, "run_id": run_id}
    found = connection.execute(statement("run/backfill"), parameters).fetchone()
    if found is None:
        return None
    number = int(found[0])
    (state,) = progress(connection, connection_id, backfill_id=number)
    return RunBackfill(
        state, counted(connection, number, "planned"), counted(connection, number, "reported")
    )
