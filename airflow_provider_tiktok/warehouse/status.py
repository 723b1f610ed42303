"""Answer what people and tasks ask about the warehouse: how far, how much, what is waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from airflow_provider_tiktok.warehouse.database import WarehouseError, statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    import psycopg


@dataclass(frozen=True)
class LastPull:
    """How far the spend of an advertiser is known. Times are None before the first pull."""

    advertiser_id: str
    advertiser_name: str | None
    is_enabled: bool
    missing_since: datetime | None
    last_pull_at: datetime | None
    is_last_complete: bool | None
    incomplete_reason: str | None
    last_complete_at: datetime | None
    now: datetime


@dataclass(frozen=True)
class LoggedPull:
    """One reading of a report, in words for people; ``left_out`` is empty when nothing was."""

    observed_at: datetime
    advertiser_id: str
    advertiser_name: str | None
    what: str
    start_date: date
    end_date: date
    rows_read: int | None
    rows_changed: int | None
    spend_change: Decimal | None
    currency: str | None
    is_complete: bool
    left_out: str


@dataclass(frozen=True)
class EventCount:
    """How many events of one kind are in one state for one pixel; ``oldest`` is since when."""

    event_source_id: str
    kind: str
    state: str
    events: int
    oldest: datetime


@dataclass(frozen=True)
class ReasonCount:
    """How many events ended for one reason, what to do about it, and one of them."""

    reason: str
    events: int
    hint: str | None
    example: str


def now(connection: psycopg.Connection[Any]) -> datetime:
    """Return the time of the one clock, in UTC."""
    row = connection.execute(statement("status/now")).fetchone()
    if row is None:
        raise WarehouseError("status/now.sql answered no row.")
    moment: datetime = row[0]
    return moment


def known_advertisers(
    connection: psycopg.Connection[Any], advertiser_ids: Sequence[str]
) -> set[str]:
    """Return those of the ids that were ever imported, by whichever connection."""
    parameters = {"advertiser_ids": list(advertiser_ids)}
    rows = connection.execute(statement("status/known_advertisers"), parameters)
    return {row[0] for row in rows}


def disabled_pixels(connection: psycopg.Connection[Any], pixel_codes: Sequence[str]) -> set[str]:
    """Return those of the pixel codes that someone switched off."""
    parameters = {"pixel_codes": list(pixel_codes)}
    rows = connection.execute(statement("status/disabled_pixels"), parameters)
    return {row[0] for row in rows}


def last_pulls(connection: psycopg.Connection[Any], connection_id: str) -> list[LastPull]:
    """Return how far the spend of each advertiser of a connection is known."""
    with connection.cursor(row_factory=class_row(LastPull)) as cursor:
        cursor.execute(statement("status/last_pulls"), {"connection_id": connection_id})
        return cursor.fetchall()


def pulls(
    connection: psycopg.Connection[Any], advertiser_ids: Sequence[str], *, limit: int
) -> list[LoggedPull]:
    """Return the last pulls of some advertisers, the newest first."""
    parameters = {"advertiser_ids": list(advertiser_ids), "most": limit}
    with connection.cursor(row_factory=class_row(LoggedPull)) as cursor:
        cursor.execute(statement("status/pulls"), parameters)
        return cursor.fetchall()


def event_states(connection: psycopg.Connection[Any], connection_id: str) -> list[EventCount]:
    """Return how many events of a connection are in which state, by pixel and kind."""
    with connection.cursor(row_factory=class_row(EventCount)) as cursor:
        cursor.execute(statement("status/event_states"), {"connection_id": connection_id})
        return cursor.fetchall()


def event_reasons(connection: psycopg.Connection[Any], connection_id: str) -> list[ReasonCount]:
    """Return why events of a connection were not delivered for good, the most frequent first."""
    with connection.cursor(row_factory=class_row(ReasonCount)) as cursor:
        cursor.execute(statement("status/event_reasons"), {"connection_id": connection_id})
        return cursor.fetchall()


def columns(connection: psycopg.Connection[Any], schema: str, table: str) -> set[str]:
    """Return the columns of a table or view; none when this login sees no such relation."""
    parameters = {"schema": schema, "table": table}
    rows = connection.execute(statement("status/columns"), parameters)
    return {row[0] for row in rows}


def refused_token(
    connection: psycopg.Connection[Any], event_source_id: str
) -> tuple[int | None] | None:
    """Return the code with which TikTok refused the token for a pixel; None when it did not."""
    parameters = {"event_source_id": event_source_id}
    row: tuple[int | None] | None = connection.execute(
        statement("status/refused_token"), parameters
    ).fetchone()
    return row
