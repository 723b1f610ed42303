"""Write rows into the user's tables, which tests fill by hand."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from psycopg import sql

if TYPE_CHECKING:
    import psycopg

NOON = "2026-11-02 12:00:00+00"
REQUIRED: dict[str, dict[str, Any]] = {
    "web.page_views": {
        "occurred_at": NOON,
        "visitor_id": "visitor",
        "page_url": "https://x.example",
    },
    "web.consents": {"visitor_id": "visitor", "recorded_at": NOON},
    "web.identities": {"visitor_id": "visitor", "observed_at": NOON},
    "shop.customers": {"created_at": NOON, "updated_at": NOON},
    "shop.orders": {"ordered_at": NOON, "currency": "USD", "total_amount": 100},
    "shop.order_items": {"order_id": "1", "product_id": "p", "quantity": 1, "unit_price": 1},
    "shop.refunds": {"order_id": "1", "refunded_at": NOON, "currency": "USD", "amount": 1},
    "crm.lead_events": {"lead_id": "lead", "stage": "lead_sold", "occurred_at": NOON},
}


def create_user_tables(connection: psycopg.Connection[Any]) -> None:
    """Create the user's tables without the constraints that a user's own may lack."""
    schema = resources.files("sandbox.world").joinpath("schema.sql").read_text()
    connection.execute(schema.replace(" primary key", "").replace(" not null", ""))  # type: ignore[arg-type]


def insert(connection: psycopg.Connection[Any], table: str, *rows: dict[str, Any]) -> None:
    """Insert rows; what a row does not name has an ordinary value."""
    for row in rows:
        values = REQUIRED[table] | row
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier(*table.split(".")),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(sql.Placeholder() * len(values)),
            ),
            list(values.values()),
        )
