"""Answer what people and tasks ask about the warehouse: how far, how much, what is waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.warehouse.database import WarehouseError, statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import psycopg


def now(connection: psycopg.Connection[Any]) -> datetime:
    """Return the time of the one clock, in UTC."""
    moment: datetime = _value(connection, "now")
    return moment


def last_complete_day(
    connection: psycopg.Connection[Any], advertiser_id: str, data_level: str
) -> date | None:
    """Return the newest account-local day that a complete hourly pull has read; None for none."""
    day: date | None = _value(
        connection,
        "last_complete_day",
        {"advertiser_id": advertiser_id, "data_level": data_level},
    )
    return day


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


def _value(
    connection: psycopg.Connection[Any], name: str, parameters: dict[str, Any] | None = None
) -> Any:
    row = connection.execute(statement(f"status/{name}"), parameters).fetchone()
    if row is None:
        raise WarehouseError(f"status/{name}.sql answered no row.")
    return row[0]
