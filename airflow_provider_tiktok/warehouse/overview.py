"""Show a person what a connection has brought, and switch single accounts and pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from psycopg.rows import class_row

from airflow_provider_tiktok.warehouse.database import WarehouseError, statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import psycopg

PAGE_SIZE = 100


@dataclass(frozen=True)
class ConnectionCounts:
    """What a connection has brought so far. ``now`` is the warehouse's."""

    advertisers: int
    pixels: int
    last_import_at: datetime | None
    events_waiting: int
    now: datetime


@dataclass(frozen=True)
class AdvertiserRow:
    """An account as it was last imported; ``total`` counts all pages."""

    advertiser_id: str
    advertiser_name: str | None
    time_zone: str | None
    currency: str | None
    is_enabled: bool
    first_seen_at: datetime
    last_seen_at: datetime
    missing_since: datetime | None
    last_complete_at: datetime | None
    total: int


@dataclass(frozen=True)
class PixelRow:
    """A pixel as it was last imported."""

    pixel_code: str
    pixel_id: str
    pixel_name: str | None
    advertiser_id: str
    is_enabled: bool
    last_seen_at: datetime
    missing_since: datetime | None


@dataclass(frozen=True)
class KnownAccounts:
    """The ids that a connection has brought at any time."""

    advertisers: set[str]
    pixels: set[str]


def known_accounts(connection: psycopg.Connection[Any], connection_id: str) -> KnownAccounts:
    """Return every account and pixel that a connection has brought, gone or not."""
    known = KnownAccounts(set(), set())
    parameters = {"connection_id": connection_id}
    for kind, entity_id in connection.execute(statement("overview/known"), parameters):
        (known.advertisers if kind == "advertiser" else known.pixels).add(entity_id)
    return known


def connection_ids(connection: psycopg.Connection[Any]) -> list[str]:
    """Return every connection of which the warehouse knows a token or an account."""
    return [row[0] for row in connection.execute(statement("overview/connections"))]


def connection_counts(connection: psycopg.Connection[Any], connection_id: str) -> ConnectionCounts:
    """Return how much a connection has brought."""
    with connection.cursor(row_factory=class_row(ConnectionCounts)) as cursor:
        cursor.execute(statement("overview/connection"), {"connection_id": connection_id})
        row = cursor.fetchone()
    if row is None:
        raise WarehouseError("overview/connection.sql answered no row.")
    return row


def advertiser_rows(
    connection: psycopg.Connection[Any], connection_id: str, page: int = 1
) -> list[AdvertiserRow]:
    """Return one page of a connection's accounts; those that left the grant come last."""
    parameters = {"connection_id": connection_id, "page": page, "page_size": PAGE_SIZE}
    with connection.cursor(row_factory=class_row(AdvertiserRow)) as cursor:
        return cursor.execute(statement("overview/advertisers"), parameters).fetchall()


def pixel_rows(
    connection: psycopg.Connection[Any], advertiser_ids: Sequence[str]
) -> list[PixelRow]:
    """Return the pixels of these accounts."""
    parameters = {"advertiser_ids": list(advertiser_ids)}
    with connection.cursor(row_factory=class_row(PixelRow)) as cursor:
        return cursor.execute(statement("overview/pixels"), parameters).fetchall()


def switch(
    connection: psycopg.Connection[Any],
    connection_id: str,
    kind: Literal["advertiser", "pixel"],
    entity_id: str,
    *,
    is_enabled: bool,
) -> bool:
    """Switch an account or a pixel of this connection; return False when it has no such one."""
    done = connection.execute(
        statement(f"overview/enable_{kind}"),
        {"connection_id": connection_id, "entity_id": entity_id, "is_enabled": is_enabled},
    )
    return bool(done.rowcount)
