"""Read consent again before events leave: a person may have withdrawn it since they were built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.reasons import HINTS, Reason
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.outbox import EVENT_TYPES
from airflow_provider_tiktok.warehouse.outbox_relation import (
    check_relation,
    parse_relation,
    with_relation,
)

if TYPE_CHECKING:
    import psycopg


def withdraw(connection: psycopg.Connection[Any], event_source_id: str) -> int:
    """Stop waiting events whose consent was withdrawn in an export view; return how many.

    Reads every view that events were enqueued from.

    :raises ExportRelationError: a view is gone; without it nothing may leave.
    """
    stopped = 0
    relations = connection.execute(statement("delivery/export_relations")).fetchall()
    for (name,) in relations:
        relation = parse_relation(name)
        check_relation(connection, relation)
        with connection.transaction():
            connection.execute(statement("delivery/plan_whole_tables"))
            row = connection.execute(
                with_relation("delivery/withdraw_consent", relation),
                {
                    "event_source_id": event_source_id,
                    "hint": HINTS[Reason.CONSENT_WITHDRAWN],
                    **EVENT_TYPES,
                },
            ).fetchone()
        stopped += row[0] if row else 0
    return stopped
