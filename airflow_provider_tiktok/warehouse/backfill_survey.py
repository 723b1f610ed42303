"""Count what would become of the events of a range, without writing anything."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow_provider_tiktok.events.reasons import Reason
from airflow_provider_tiktok.warehouse.backfill_outcomes import outcome_of
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.outbox import changed_rows
from airflow_provider_tiktok.warehouse.outbox_relation import check_relation, parse_relation
from airflow_provider_tiktok.warehouse.outbox_rows import build_event
from airflow_provider_tiktok.warehouse.status import now

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from airflow_provider_tiktok.events.settings import EventSettings
    from airflow_provider_tiktok.warehouse.outbox_scope import ExportScope

OUTBOX_KINDS = {"conversions": "conversion", "refunds": "refund"}


class Tally(NamedTuple):
    """What is counted together; `subject` is a pixel or an advertiser."""

    kind: str
    subject: str
    outcome: str
    reason: str


def survey_events(
    connection: psycopg.Connection[Any],
    kind: str,
    source_relation: str,
    settings: EventSettings,
    scope: ExportScope,
) -> Counter[Tally]:
    """Return how many events of an export view are new, sent already, too old and so on.

    :param kind: ``conversions`` or ``refunds``.
    :raises ExportRelationError: the view is not there, may not be read or lacks a column.
    """
    relation = parse_relation(source_relation)
    columns = check_relation(connection, relation)
    forgotten = {row[0] for row in connection.execute(statement("backfill/forgotten"))}
    moment = now(connection)
    counts = events_in_outbox(connection, kind, settings.connection_id, scope)
    for rows in changed_rows(connection, relation, columns, settings, scope):
        for row in rows:
            event = build_event(row, settings, moment)
            subject = event.event_source_id
            if row.is_known:
                counts[Tally(kind, subject, "changed", "")] += 1
            elif event.subject_key and _hash_of(event.subject_key) in forgotten:
                counts[Tally(kind, subject, "without_consent", Reason.FORGOTTEN)] += 1
            elif event.state == "pending":
                counts[Tally(kind, subject, "new", "")] += 1
            else:
                outcome = outcome_of(event.state, event.reason)
                counts[Tally(kind, subject, outcome, event.reason or "")] += 1
    return counts


def events_in_outbox(
    connection: psycopg.Connection[Any],
    kind: str,
    connection_id: str,
    scope: ExportScope,
    *,
    settled_since: datetime | None = None,
) -> Counter[Tally]:
    """Return how many events of a scope the outbox has, by what became of them.

    :param settled_since: events that were sent from then on are ``sent``, the others
        ``already_sent``; without it all are.
    """
    parameters = {
        **scope.parameters(),
        "connection_id": connection_id,
        "kind": OUTBOX_KINDS[kind],
        "settled_since": settled_since,
    }
    counts: Counter[Tally] = Counter()
    rows = connection.execute(statement("backfill/event_states"), parameters)
    for subject, state, reason, waits_for_purchase, was_settled, events in rows:
        outcome = outcome_of(state, reason, was_settled=was_settled)
        why = "waits_for_purchase" if waits_for_purchase else reason or ""
        counts[Tally(kind, subject, outcome, why)] += events
    return counts


def _hash_of(subject_key: str) -> str:
    return hashlib.sha256(subject_key.encode()).hexdigest()
