"""An export table with the columns of the dbt export views, and rows for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

PIXEL = "CUS00000000000000001"
OTHER_PIXEL = "CIN00000000000000001"
NOW = datetime(2026, 11, 3, tzinfo=UTC)
RELATION = "exports.events"

COLUMNS = {
    "event_id": "text",
    "kind": "text",
    "event": "text",
    "event_source": "text",
    "event_source_id": "text",
    "connection_id": "text",
    "event_time": "timestamptz",
    "purchase_event_id": "text",
    "subject_key": "text",
    "consent_state": "text",
    "limited_data_use": "boolean",
    "ttclid": "text",
    "ttp": "text",
    "email": "text[]",
    "phone": "text",
    "external_id": "text",
    "first_name": "text",
    "last_name": "text",
    "ip": "text",
    "user_agent": "text",
    "locale": "text",
    "country": "text",
    "region": "text",
    "city": "text",
    "zip": "text",
    "value": "numeric",
    "currency": "text",
    "contents": "jsonb",
    "content_type": "text",
    "order_id": "text",
    "page_url": "text",
    "page_referrer": "text",
    "campaign_id": "text",
    "ad_group_id": "text",
    "ad_id": "text",
}


def purchase(number: int, **changes: Any) -> dict[str, Any]:
    """Return the row of a purchase as the export view has it."""
    return {
        "event_id": f"ord_{number}",
        "kind": "conversion",
        "event": "CompletePayment",
        "event_source": "web",
        "event_source_id": PIXEL,
        "connection_id": "tiktok_default",
        "event_time": NOW - timedelta(hours=1),
        "subject_key": f"person_{number}",
        "consent_state": "granted",
        "limited_data_use": False,
        "ttclid": f"E.C.P.{number}",
        "email": [f"person{number}@shop.example"],
        "ip": "73.162.1.9",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
        "value": f"{number}.50",
        "currency": "USD",
        "order_id": str(number),
        "page_url": "https://us.northwind.example/thanks",
        **changes,
    }


def refund(number: int, **changes: Any) -> dict[str, Any]:
    """Return the row of a refund of purchase `number`."""
    return purchase(
        number,
        **{
            "event_id": f"refund_{number}",
            "kind": "refund",
            "event": "CancelOrder",
            "purchase_event_id": f"ord_{number}",
            **changes,
        },
    )


def create_export(
    connection: psycopg.Connection[Any], relation: str = RELATION, **types: str
) -> None:
    """Create an empty export table; `types` replaces the types of columns."""
    schema, name = relation.split(".")
    columns = {**COLUMNS, **types}
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    connection.execute(
        sql.SQL("create table {} ({})").format(
            sql.Identifier(schema, name),
            sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(type_))
                for column, type_ in columns.items()
            ),
        )
    )


def add_rows(
    connection: psycopg.Connection[Any], *rows: Mapping[str, Any], relation: str = RELATION
) -> None:
    """Insert rows into an export table."""
    for row in rows:
        values = {
            name: json.dumps(value) if name == "contents" and not isinstance(value, str) else value
            for name, value in row.items()
        }
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier(*relation.split(".")),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(map(sql.Placeholder, values)),
            ),
            values,
        )


def change_row(connection: psycopg.Connection[Any], event_id: str, **values: Any) -> None:
    """Change columns of one row of the export table."""
    connection.execute(
        sql.SQL("update exports.events set {} where event_id = {}").format(
            sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
                for name in values
            ),
            sql.Placeholder("this_event_id"),
        ),
        {**values, "this_event_id": event_id},
    )


def states(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Return the state of every event, with its reason where it has one."""
    rows = connection.execute(
        "select event_id, concat_ws(' ', state, reason) from tiktok_ops.event_outbox order by 1"
    )
    return dict(rows.fetchall())
