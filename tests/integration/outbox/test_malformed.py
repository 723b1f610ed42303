"""Malformed values in one table of a real PostgreSQL: each has its end, and the others go on."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue, preview
from tests.integration.outbox.export import (
    PIXEL,
    RELATION,
    add_rows,
    create_export,
    purchase,
    states,
)
from tests.unit.events.malformed import ENDLESS, MALFORMED, Ended, assert_left
from tests.unit.events.rows import export_row

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

SETTINGS = EventSettings()
# Columns of which some values are no text; a column of the type text holds neither NUL nor half a
# character.
OF_ANY_TYPE = dict.fromkeys(("event_time", "email", "phone", "value", "contents"), "json")
NOT_IN_TEXT = {"NUL byte", "lone surrogate"}
REFUSED_BY_TIKTOK = {"currency: no currency", "currency: not on TikTok's list"}
CASES = {
    f"{column}: {name}": (column, value, outcome)
    for column, cases in MALFORMED.items()
    for name, value, outcome in cases
    if name not in NOT_IN_TEXT
}
ENDS = """
select outbox.purchase_event_id, outbox.event_id, outbox.state, outbox.reason, outbox.hint,
    payloads.withheld
from tiktok_ops.event_outbox as outbox
inner join tiktok_ops.event_payloads as payloads using (outbox_id)
"""


def test_every_malformed_value_has_its_outcome_in_one_run(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    create_export(connection, "exports.malformed", **OF_ANY_TYPE)
    for number, (case, (column, value, _)) in enumerate(CASES.items()):
        # The case's name stands in a column that a conversion does not use.
        named = {"event_id": f"row_{number}", "order_id": str(number), "purchase_event_id": case}
        row = export_row(**{**named, "event_source_id": PIXEL, column: value})
        row |= {name: json.dumps(row[name], default=float) for name in OF_ANY_TYPE}
        add_rows(connection, row, relation="exports.malformed")

    result = enqueue(connection, "exports.malformed", SETTINGS)
    sent = deliver(connection, client, PIXEL)

    assert result.read == len(CASES)
    arrived = {event["event_id"]: event["payload"] for event in sandbox.events()}
    assert len(arrived) == sent.delivered
    rows = connection.execute(ENDS).fetchall()
    assert {row[0] for row in rows} == set(CASES)
    for case, event_id, state, reason, hint, withheld in rows:
        column, _, outcome = CASES[case]
        if isinstance(outcome, Ended):
            assert (f"{state} {reason}", bool(hint)) == (outcome.words, True), case
            assert event_id not in arrived
        elif case in REFUSED_BY_TIKTOK:
            assert (state, reason) == ("quarantined", "rejected_by_tiktok"), case
        else:
            assert state == "delivered", case
            assert_left(outcome, column, arrived[event_id], withheld)


def test_a_number_of_any_length_ends_its_own_row_only(
    connection: psycopg.Connection[Any],
) -> None:
    create_export(connection, "exports.endless", **OF_ANY_TYPE)
    for number, (column, text, _) in enumerate(ENDLESS):
        row = export_row(event_id=f"row_{number}", event_source_id=PIXEL)
        row |= {name: json.dumps(row[name], default=float) for name in OF_ANY_TYPE}
        add_rows(connection, {**row, column: text}, relation="exports.endless")

    enqueue(connection, "exports.endless", SETTINGS)

    assert states(connection) == {
        f"row_{number}": outcome.words if isinstance(outcome, Ended) else "pending"
        for number, (_, _, outcome) in enumerate(ENDLESS)
    }


def test_a_value_of_any_depth_ends_its_own_row_only(connection: psycopg.Connection[Any]) -> None:
    create_export(connection, "exports.deep", contents="json", page_url="json", email="json")
    for number, depth in enumerate((10, 500, 5000), start=1):
        deep = "[" * depth + r'"\ud800"' + "]" * depth
        add_rows(
            connection,
            purchase(number, contents=deep, email="[]", page_url='""'),
            relation="exports.deep",
        )
        objects = '{"a":' * depth + "1" + "}" * depth
        add_rows(
            connection, purchase(number + 10, page_url=objects, email="[]"), relation="exports.deep"
        )
    assert len(preview(connection, "exports.deep", SETTINGS)) == 6
    enqueue(connection, "exports.deep", SETTINGS)
    assert states(connection) == {
        **{f"ord_{number}": "quarantined invalid_contents" for number in (1, 2, 3)},
        **{f"ord_{number}": "pending" for number in (11, 12, 13)},
    }


def test_a_key_of_four_byte_characters_ends_no_run(connection: psycopg.Connection[Any]) -> None:
    chance = random.Random(6)

    def longest() -> str:
        return "".join(chr(chance.randrange(0x20000, 0x2A6D0)) for _ in range(256))

    long = {"event_id": longest(), "event": longest(), "event_source_id": longest()}
    add_rows(connection, purchase(1, **long), purchase(2))
    result = enqueue(connection, RELATION, SETTINGS)
    assert (result.quarantined, result.enqueued) == (1, 1)
    assert enqueue(connection, RELATION, SETTINGS).read == 0
