"""A claim costs the same however long the backlog is: it reads what it takes and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_batches import (
    Limits,
    Worker,
    claim_parameters,
    planned_for_claims,
)
from tests.integration.outbox.export import PIXEL, RELATION, add_rows, purchase

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTHEN = """
with model as (
    select * from tiktok_ops.event_outbox order by outbox_id limit 1
),

copies as (
    insert into tiktok_ops.event_outbox (
        connection_id, event_source, event_source_id, event, event_type, event_id, kind,
        event_time, consent_state, source_hash, next_attempt_at, enqueued_at
    )
    select
        connection_id, event_source, event_source_id, event, event_type,
        event_id || '_' || %(to)s || '_' || number, kind, event_time, consent_state, source_hash,
        next_attempt_at, enqueued_at
    from model
    cross join generate_series(1, %(to)s - (select count(*) from tiktok_ops.event_outbox))
        as numbers (number)
    returning outbox_id
)

insert into tiktok_ops.event_payloads (outbox_id, payload)
select copies.outbox_id, payloads.payload
from copies
cross join (select payload from tiktok_ops.event_payloads limit 1) as payloads
"""


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return every node of a plan."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def claim_plan(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """Return how PostgreSQL carried out a claim of 1,000, which is taken back."""
    parameters = claim_parameters(Worker(PIXEL), EventSettings(), Limits())
    with planned_for_claims(connection), connection.transaction(force_rollback=True):
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(
            "explain (analyze, buffers, timing off, format json) " + statement("delivery/claim"),
            parameters,
        )
        row = cursor.fetchone()
    assert row is not None
    plan: dict[str, Any] = row[0][0]["Plan"]
    return plan


def test_a_claim_reads_the_same_from_a_backlog_ten_times_as_long(
    connection: psycopg.Connection[Any],
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, EventSettings())
    read = {}
    # A claim that is taken back leaves its traces in the rows that the next one reads: the second
    # and the third are compared.
    for events in (3_000, 3_000, 30_000):
        connection.execute(LENGTHEN, {"to": events})
        connection.execute("vacuum analyze tiktok_ops.event_outbox, tiktok_ops.event_queue")
        plan = claim_plan(connection)
        due = [node for node in nodes(plan) if node.get("Index Name") == "event_queue_pkey"]
        most = max(node["Actual Rows"] for node in nodes(plan))
        scans = [node["Node Type"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"]
        assert due, "the due events are read in the order of their index"
        assert most == Limits().batch_size
        assert scans == []
        read[events] = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]

    assert read[30_000] < 1.1 * read[3_000], read
