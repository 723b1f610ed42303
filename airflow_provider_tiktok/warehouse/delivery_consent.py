"""Read consent again before events leave: a person may have withdrawn it since they were built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.reasons import HINTS, Reason
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.outbox import EVENT_TYPES
from airflow_provider_tiktok.warehouse.outbox_relation import (
    check_relation,
    parse_relation,
    reading,
    with_relation,
)
from airflow_provider_tiktok.warehouse.outbox_scope import EVERYTHING

if TYPE_CHECKING:
    import psycopg


def withdraw(connection: psycopg.Connection[Any], event_source_id: str) -> int:
    """Stop waiting events whose consent was withdrawn in an export view; return how many.

    Reads every view that events were enqueued from.

    :raises ExportRelationError: a view is gone or cannot be computed; without it nothing may leave.
    """
    stopped = 0
    relations = connection.execute(statement("delivery/export_relations")).fetchall()
    for (name,) in relations:
        relation = parse_relation(name)
        check_relation(connection, relation)
        with reading(relation, EVERYTHING), connection.transaction():
            connection.execute(statement("delivery/plan_whole_tables"))
            found = connection.execute(
                with_relation("delivery/find_withdrawn", relation),
                {"event_source_id": event_source_id, **EVENT_TYPES},
            ).fetchall()
            stopped += _stop(connection, [one for one, is_withdrawn in found if is_withdrawn])
            _postpone(connection, [one for one, is_withdrawn in found if not is_withdrawn])
    return stopped


def _stop(connection: psycopg.Connection[Any], outbox_ids: list[int]) -> int:
    if not outbox_ids:
        return 0
    parameters = {"outbox_ids": outbox_ids, "hint": HINTS[Reason.CONSENT_WITHDRAWN]}
    return connection.execute(statement("delivery/stop_withdrawn"), parameters).rowcount


def _postpone(connection: psycopg.Connection[Any], outbox_ids: list[int]) -> None:
    if outbox_ids:
        connection.execute(statement("delivery/postpone"), {"outbox_ids": outbox_ids})
