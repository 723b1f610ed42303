"""Bring conversions and refunds from an export view into the outbox, each exactly once.

The view is the source of truth: every run compares it with the outbox, so a row that was committed
late is found by the next run, and no order of runs writes a row twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from psycopg import sql

from airflow_provider_tiktok.events.names import LEGACY_EVENTS
from airflow_provider_tiktok.events.reasons import HINTS, Reason
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.failpoint import failpoint
from airflow_provider_tiktok.warehouse.outbox_relation import (
    ExportRelation,
    check_relation,
    parse_relation,
    reading,
    with_relation,
)
from airflow_provider_tiktok.warehouse.outbox_rows import ExportedRow, build_event, staged_row
from airflow_provider_tiktok.warehouse.outbox_scope import EVERYTHING, ExportScope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    import psycopg

    from airflow_provider_tiktok.events.build import BuiltEvent
    from airflow_provider_tiktok.events.settings import EventSettings

ROWS_A_CHUNK = 4000
# A clock of the source may run ahead; the dbt models take as much (macro is_future). A row further
# ahead has another time zone, and is set aside.
SOON = timedelta(hours=1)
_DECLARE = sql.SQL("declare export_rows no scroll cursor with hold for ")
CORRECTED_HINT = "The row has changed since. Replay the event to send what it says now."
# Legacy names and what they are called today: a purchase is one event under either name.
EVENT_TYPES = {
    "legacy_events": list(LEGACY_EVENTS),
    "event_types": list(LEGACY_EVENTS.values()),
}


@dataclass(slots=True)
class EnqueueResult:
    """What one run found in an export view, in numbers of events.

    `read` rows were new or had changed. Of the new ones, `enqueued` wait to be sent and the others
    ended at once. `payload_changed` rows say something else than what was already sent; `refreshed`
    and `corrected` ones were taken as they are now. `ahead` rows are left until their time comes.
    """

    read: int = 0
    enqueued: int = 0
    quarantined: int = 0
    suppressed: int = 0
    expired: int = 0
    refreshed: int = 0
    corrected: int = 0
    withdrawn: int = 0
    payload_changed: int = 0
    ahead: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, int]:
        """Return the numbers by name, as a task reports them."""
        names = [name for name in self.__slots__ if name != "reasons"]
        return {name: getattr(self, name) for name in names}


def enqueue(
    connection: psycopg.Connection[Any],
    source_relation: str,
    settings: EventSettings,
    *,
    scope: ExportScope = EVERYTHING,
    stop: Callable[[], bool] = lambda: False,
) -> EnqueueResult:
    """Write every new or changed row of an export view into the outbox and return the counts.

    Rows that cannot be sent are kept with the reason; they never end the run. Each chunk commits
    by itself, so a run that is killed or stopped goes on where it was.

    :param source_relation: `schema.name` of the view or table.
    :param scope: the events to look at; the others are left as they are.
    :raises ExportRelationError: the view is not there, may not be read or lacks a column.
    """
    relation = parse_relation(source_relation)
    columns = check_relation(connection, relation)
    result = EnqueueResult()
    parameters = {"relation": relation.name}
    connection.execute(statement("outbox/lock_enqueue"), parameters)
    try:
        connection.execute(statement("outbox/create_staging"))
        now = _now(connection)
        for rows in changed_rows(connection, relation, columns, settings, scope):
            built = [(build_event(row, settings, now), row.source_hash) for row in rows]
            events = [one for one in built if not _is_soon(one[0], now)]
            result.ahead += len(built) - len(events)
            _write(connection, events, now, result)
            if stop():
                break
        connection.execute(statement("outbox/remember_relation"), {**parameters, "now": now})
    finally:
        if not connection.closed:
            connection.execute(statement("outbox/unlock_enqueue"), parameters)
    return result


def preview(
    connection: psycopg.Connection[Any],
    source_relation: str,
    settings: EventSettings,
    *,
    limit: int = 10,
    event_ids: Sequence[str] | None = None,
    scope: ExportScope = EVERYTHING,
) -> list[BuiltEvent]:
    """Return what the newest rows of an export view would be sent as, and write nothing.

    :param limit: how many, where `event_ids` does not say which.
    :param event_ids: only these.
    :param scope: only these.
    :raises ExportRelationError: as `enqueue`.
    """
    relation = parse_relation(source_relation)
    columns = check_relation(connection, relation)
    parameters = {
        "connection_id": settings.connection_id,
        "most_rows": limit if event_ids is None else None,
        "event_ids": None if event_ids is None else list(event_ids),
        **EVENT_TYPES,
        **scope.parameters(),
    }
    with reading(relation, scope), connection.transaction():
        connection.execute(statement("outbox/widen_export"), parameters)
        query = with_relation("outbox/preview_export", relation, columns)
        rows = connection.execute(query, parameters).fetchall()
    now = _now(connection)
    return [build_event(ExportedRow(*row), settings, now) for row in rows]


def account_countries(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Return the country of the account behind each pixel code, for `EventSettings.countries`."""
    return dict(connection.execute(statement("outbox/account_countries")).fetchall())


def changed_rows(
    connection: psycopg.Connection[Any],
    relation: ExportRelation,
    columns: tuple[str, ...],
    settings: EventSettings,
    scope: ExportScope = EVERYTHING,
) -> Iterator[list[ExportedRow]]:
    """Yield the new and changed rows in chunks; the server keeps the rest.

    :raises ExportRelationError: the scope is bounded in time and the view has no timestamps, or
        PostgreSQL cannot compute a row of the view.
    """
    parameters = {"connection_id": settings.connection_id, **EVENT_TYPES, **scope.parameters()}
    with reading(relation, scope), connection.transaction():
        # One row has one text, whatever the session's time zone.
        connection.execute("set local timezone to 'UTC'")
        connection.execute(statement("outbox/widen_export"), parameters)
        query = with_relation("outbox/read_export", relation, columns)
        connection.execute(_DECLARE + query, parameters)
    try:
        while rows := connection.execute(
            f"fetch forward {ROWS_A_CHUNK:d} from export_rows"
        ).fetchall():
            yield [ExportedRow(*row) for row in rows]
    finally:
        if not connection.closed:
            connection.execute("close export_rows")


def _write(
    connection: psycopg.Connection[Any],
    events: list[tuple[BuiltEvent, str]],
    now: datetime,
    result: EnqueueResult,
) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("truncate staged_events")  # a dry run is one transaction for all chunks
        with cursor.copy(statement("outbox/copy_staging")) as copy:
            for event, source_hash in events:
                copy.write_row(staged_row(event, source_hash))
        cursor.execute(statement("outbox/lock_forgotten"))
        cursor.execute(statement("outbox/drop_forgotten"), {"hint": HINTS[Reason.FORGOTTEN]})
        failpoint("enqueue_before_insert")
        cursor.execute(statement("outbox/insert_events"), {"now": now})
        inserted = cursor.fetchall()
        changed = _change(cursor, now)
        failpoint("enqueue_after_insert")
    _count(result, len(events), inserted, changed)


def _change(cursor: psycopg.Cursor[Any], now: datetime) -> list[tuple[str, int]]:
    if cursor.execute(statement("outbox/lock_changed")).fetchone() == (0,):
        return []
    parameters = {
        "now": now,
        "withdrawn_hint": HINTS[Reason.CONSENT_WITHDRAWN],
        "corrected_hint": CORRECTED_HINT,
    }
    return cursor.execute(statement("outbox/change_events"), parameters).fetchall()


def _count(
    result: EnqueueResult,
    read: int,
    inserted: list[tuple[str, str | None, int]],
    changed: list[tuple[str, int]],
) -> None:
    result.read += read
    for state, reason, events in inserted:
        name = "enqueued" if state == "pending" else state
        setattr(result, name, getattr(result, name) + events)
        if reason is not None:
            result.reasons[reason] += events
    for change, events in changed:
        name = "payload_changed" if change == "frozen" else change
        if name != "unchanged":
            setattr(result, name, getattr(result, name) + events)


def _is_soon(event: BuiltEvent, now: datetime) -> bool:
    """Return whether its time comes within the hour: the row is read again then."""
    is_ahead = event.reason == Reason.EVENT_TIME_IN_FUTURE
    return is_ahead and event.event_time is not None and event.event_time <= now + SOON


def _now(connection: psycopg.Connection[Any]) -> datetime:
    row = connection.execute(statement("outbox/now")).fetchone()
    assert row is not None  # noqa: S101 - a select without from has one row
    now: datetime = row[0]
    return now
