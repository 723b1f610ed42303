"""Consent that is withdrawn while events wait, read again before they leave."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import sql

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.delivery_consent import withdraw
from airflow_provider_tiktok.warehouse.outbox import EVENT_TYPES, enqueue
from airflow_provider_tiktok.warehouse.outbox_relation import parse_relation, with_relation
from tests.integration.outbox.export import (
    PIXEL,
    RELATION,
    add_rows,
    change_row,
    purchase,
    refund,
)
from tests.integration.outbox.test_claim_cost import nodes

MANY = range(10, 30)


@pytest.mark.parametrize(
    ("waiting", "denied"),
    [(MANY, ()), ((), MANY)],
    ids=["more wait than are denied", "more are denied than wait"],
)
def test_a_withdrawn_consent_stops_its_event_however_much_else_there_is(
    connection: psycopg.Connection[Any], waiting: range, denied: range
) -> None:
    add_rows(connection, purchase(1), refund(1), purchase(2), *map(purchase, waiting))
    enqueue(connection, RELATION, EventSettings())
    for event_id in ("ord_1", "refund_1"):
        change_row(connection, event_id, consent_state="denied")
    add_rows(connection, *(purchase(number, consent_state="denied") for number in denied))

    assert withdraw(connection, PIXEL) == 2

    stopped = connection.execute(
        "select event_id from tiktok_ops.event_outbox where reason = 'consent_withdrawn' order by 1"
    )
    assert stopped.fetchall() == [("ord_1",), ("refund_1",)]


@pytest.mark.parametrize(
    "changes",
    [
        {"consent_state": "granted\n"},
        {"consent_state": "\tGranted\r"},
        {"limited_data_use": "no\r"},
    ],
    ids=str,
)
def test_consent_reads_the_same_before_it_leaves_as_when_it_was_enqueued(
    connection: psycopg.Connection[Any], changes: dict[str, Any]
) -> None:
    connection.execute("alter table exports.events alter limited_data_use type text")
    add_rows(connection, purchase(1, **{"limited_data_use": "no", **changes}))
    assert enqueue(connection, RELATION, EventSettings()).enqueued == 1
    assert withdraw(connection, PIXEL) == 0
    due = connection.execute("select source_hash <> '' from tiktok_ops.event_outbox")
    assert due.fetchall() == [(True,)]


@pytest.mark.parametrize(
    ("waiting", "denied"),
    [(MANY, 0), (MANY, 3), (range(10, 13), 9)],
    ids=["nobody is denied", "few are denied", "few wait"],
)
def test_consent_costs_no_more_lookups_than_the_shorter_side_has_rows(
    connection: psycopg.Connection[Any], waiting: range, denied: int
) -> None:
    add_rows(connection, *map(purchase, waiting))
    enqueue(connection, RELATION, EventSettings())
    add_rows(
        connection, *(purchase(100 + number, consent_state="denied") for number in range(denied))
    )
    parameters = {"event_source_id": PIXEL, "hint": "", **EVENT_TYPES}
    with connection.transaction(force_rollback=True):
        connection.execute(statement("delivery/plan_whole_tables"))
        row = (
            psycopg.ClientCursor(connection)
            .execute(
                sql.SQL("explain (analyze, timing off, format json) ")
                + with_relation("delivery/find_withdrawn", parse_relation(RELATION)),
                parameters,
            )
            .fetchone()
        )
    assert row is not None
    lookups = sum(
        node["Actual Loops"]
        for node in nodes(row[0][0]["Plan"])
        if node.get("Alias") in {"one", "one_1"}
    )
    assert lookups == min(len(waiting), denied)
