"""Export relations: any name that PostgreSQL takes, and one clear sentence for the others."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.delivery_consent import withdraw
from airflow_provider_tiktok.warehouse.outbox import enqueue, preview
from airflow_provider_tiktok.warehouse.outbox_relation import (
    ExportRelationError,
    parse_relation,
)
from tests.integration.outbox.export import PIXEL, RELATION, add_rows, create_export, purchase

if TYPE_CHECKING:
    import psycopg

WORD = "reader"
NAMES = [
    ("exports.events", ("exports", "events")),
    ("events", ("events",)),
    ('"Exp Orts"."Ev.ents"', ("Exp Orts", "Ev.ents")),
    ("Exports.Events", ("Exports", "Events")),
    ('exports."select"', ("exports", "select")),
    ('"a""b".c', ('a"b', "c")),
    ("expört.événements", ("expört", "événements")),
    (f"exports.{'e' * 63}", ("exports", "e" * 63)),
]


@pytest.mark.parametrize(("text", "parts"), NAMES, ids=[text for text, _ in NAMES])
def test_a_name_is_taken_exactly_and_quoted_back(text: str, parts: tuple[str, ...]) -> None:
    relation = parse_relation(text)
    assert relation.parts == parts
    assert parse_relation(relation.name) == relation


ATTACKS = [
    *("", ".", "a.", ".b", "a.b.c", "a b", "exports.events; drop table x", "a'b", "a--b;"),
    *('"a', 'a"b"', "a\\b", "exports.events where true", '"".b', f"exports.{'é' * 32}"),
    *("(select 1)", "select * from x", "pg_sleep(10)", "$$a$$ b", "a;b", "a\x00 b"),
    *("a.b union select 1", "a'; drop table x; --", "a.b\nlimit 1", "lateral (select 1) x"),
    *("a.b as c", "a.b, c.d", "only a.b", "a.b -- x", "a.b/**/where true", "E'a'", 'U&"a"'),
    "%(since)s",
]  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS, ids=repr)
def test_what_is_no_name_is_refused_before_anything_runs(text: str) -> None:
    with pytest.raises(ExportRelationError, match=r"no name|more than two|longer than"):
        parse_relation(text)


ODD = ["a--b", "$$a$$", "x'or'1", "a/*b*/", "{relation}", "a.b%s", "%%", ":a", "a.b::text", "$1"]


@pytest.mark.parametrize("text", ODD)
def test_an_odd_name_is_quoted_and_never_run(
    connection: psycopg.Connection[Any], text: str
) -> None:
    with pytest.raises(ExportRelationError):
        enqueue(connection, text, EventSettings())
    assert connection.execute("select count(*) from exports.events").fetchone() == (0,)


def test_a_missing_view_says_what_to_run(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(ExportRelationError, match=r"no table or view exports\.orders.*dbt build"):
        enqueue(connection, "exports.orders", EventSettings())


def test_missing_columns_are_named_together(connection: psycopg.Connection[Any]) -> None:
    connection.execute("alter table exports.events drop column ttclid, drop column consent_state")
    with pytest.raises(ExportRelationError, match="lacks the columns consent_state, ttclid"):
        enqueue(connection, RELATION, EventSettings())


def test_ids_as_json_are_refused_with_the_fix(connection: psycopg.Connection[Any]) -> None:
    create_export(connection, "exports.raw", event_id="jsonb", consent_state="json", value="json")
    add_rows(
        connection,
        purchase(1, event_id='"ord_1"', consent_state='"granted"'),
        relation="exports.raw",
    )
    with pytest.raises(ExportRelationError, match=r"event_id, consent_state as JSON.*->>"):
        enqueue(connection, "exports.raw", EventSettings())


def test_a_view_that_may_not_be_read_says_what_to_grant(
    connection: psycopg.Connection[Any], warehouse: str
) -> None:
    connection.execute(f"create role exports_reader login password '{WORD}'")
    connection.execute("grant usage on schema tiktok_ops to exports_reader")
    uri = make_conninfo(warehouse, user="exports_reader", password=WORD)
    with (
        connect(uri) as reader,
        pytest.raises(
            ExportRelationError, match=r"grant select on exports\.events to exports_reader"
        ),
    ):
        enqueue(reader, RELATION, EventSettings())
    connection.execute("drop owned by exports_reader")
    connection.execute("drop role exports_reader")


@pytest.mark.parametrize("kind", ["view", "materialized view"])
def test_a_view_of_any_kind_with_more_columns_is_read(
    connection: psycopg.Connection[Any], kind: str
) -> None:
    add_rows(connection, purchase(1))
    connection.execute(
        sql.SQL('create {} "Exp"."50%s of Events" as select *, now() as loaded_at from {}').format(
            sql.SQL(kind), sql.Identifier("exports", "events")
        )
        if connection.execute('create schema "Exp"')
        else ""
    )
    relation = '"Exp"."50%s of Events"'
    assert enqueue(connection, relation, EventSettings()).enqueued == 1
    assert enqueue(connection, relation, EventSettings()).read == 0


def test_a_view_that_postgresql_cannot_compute_is_told_without_the_row(
    connection: psycopg.Connection[Any],
) -> None:
    add_rows(connection, purchase(1, zip="10"))
    enqueue(connection, RELATION, EventSettings())
    add_rows(connection, purchase(2, zip="ann@shop.example", consent_state="denied"))
    connection.execute("alter table exports.events rename to rows")
    connection.execute(
        "create view exports.events as "
        "select *, zip::int as zip_number from exports.rows where zip::int is distinct from 1"
    )
    connection.execute("alter view exports.events rename column zip to zip_text")
    connection.execute("alter view exports.events rename column zip_number to zip")
    for read in (enqueue, preview, lambda *_: withdraw(connection, PIXEL)):
        with pytest.raises(ExportRelationError, match="cannot compute one of its rows") as caught:
            read(connection, RELATION, EventSettings())
        assert "ann@shop.example" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "types",
    [
        pytest.param(
            {"event_time": "text", "value": "text", "contents": "text", "limited_data_use": "text"},
            id="text",
        ),
        pytest.param({"event_time": "bigint", "value": "double precision"}, id="numbers"),
        pytest.param({"email": "text", "phone": "bigint", "contents": "json"}, id="single values"),
        pytest.param({"event_id": "integer", "order_id": "bigint", "zip": "numeric"}, id="ids"),
    ],
)
def test_columns_of_other_types_are_read(
    connection: psycopg.Connection[Any], types: dict[str, str]
) -> None:
    create_export(connection, "exports.others", **types)
    row = purchase(1)
    row["contents"] = '[{"content_id": "p1", "price": 1.10}]'
    if types.get("event_time") == "bigint":
        row["event_time"] = int(row["event_time"].timestamp())
    if types.get("email") == "text":
        row["email"], row["phone"] = row["email"][0], 12133734253
    if types.get("event_id") == "integer":
        row["event_id"], row["zip"] = 1, 90012
    add_rows(connection, row, relation="exports.others")

    assert enqueue(connection, "exports.others", EventSettings()).enqueued == 1
    payload = connection.execute("select payload from tiktok_ops.event_payloads").fetchone()
    assert payload is not None
    assert '"value":1.5' in payload[0]
    assert '"price":1.1' in payload[0]
