"""Check the warehouse: our tables, the imported accounts, the user's tables, the export views."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.cli.findings import Finding, Level
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.hooks.sources import (
    CONVERSIONS,
    REFUNDS,
    missing_sources,
    source_tables,
)
from airflow_provider_tiktok.warehouse.accounts import enabled_pixels
from airflow_provider_tiktok.warehouse.migrate import MigrationError, pending
from airflow_provider_tiktok.warehouse.notices import recent_notices
from airflow_provider_tiktok.warehouse.outbox_relation import (
    ExportRelationError,
    check_relation,
    parse_relation,
)
from airflow_provider_tiktok.warehouse.status import event_reasons, last_pulls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg

    from airflow_provider_tiktok.hooks.settings import Settings

STALE = timedelta(hours=3)


def check_warehouse(
    warehouse: psycopg.Connection[Any], settings: Settings | None, dbt_project: Path
) -> Iterator[Finding]:
    """Yield what there is to say; *settings* is None when the connection cannot be read."""
    yield from _sources(warehouse, dbt_project)
    yield from _exports(warehouse)
    try:
        missing = pending(warehouse)
    except MigrationError as error:
        yield Finding(Level.FIX, "tables", str(error))
        return
    if missing:
        sentence = f"Migrations {', '.join(missing)} are missing. Run `airflow tiktok init`."
        yield Finding(Level.FIX, "tables", sentence)
        return
    yield Finding(Level.OK, "tables", "tiktok_raw and tiktok_ops are of this version.")
    if settings is not None:
        yield from _accounts(warehouse, settings)
        yield from _pixels(warehouse, settings)
        yield from _pulls(warehouse, settings)
        yield from _events(warehouse, settings)


def _sources(warehouse: psycopg.Connection[Any], dbt_project: Path) -> Iterator[Finding]:
    try:
        problems = missing_sources(warehouse, dbt_project)
    except SettingsError as error:
        yield Finding(Level.NOTE, "sources", str(error))
        return
    for sentence in problems:
        yield Finding(Level.FIX, "sources", sentence)
    if not problems:
        count = len(source_tables(dbt_project))
        yield Finding(Level.OK, "sources", f"{count} tables are there with their columns.")


def _exports(warehouse: psycopg.Connection[Any]) -> Iterator[Finding]:
    is_ready = True
    for name in (CONVERSIONS, REFUNDS):
        try:
            check_relation(warehouse, parse_relation(name))
        except ExportRelationError as error:
            is_ready = False
            yield Finding(Level.FIX, "exports", str(error))
    if is_ready:
        yield Finding(Level.OK, "exports", "Both export views have what an event needs.")


def _accounts(warehouse: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    for notice in recent_notices(warehouse, settings.connection_id):
        if notice.is_open:
            yield Finding(Level.NOTE, "accounts", notice.sentence)


def _pixels(warehouse: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    found = [pixel.pixel_code for pixel in enabled_pixels(warehouse, settings.connection_id)]
    strange = [
        code
        for code in settings.pixel_codes
        if found and code not in found and code not in settings.refused
    ]
    for code in strange:
        yield Finding(
            Level.NOTE,
            "pixels",
            f"Pixel code {code} is none of the imported ones that are switched on "
            f"({', '.join(found)}). Check its spelling in {settings.connection_id}.",
        )
    if not found and not settings.pixel_codes:
        yield Finding(
            Level.NOTE,
            "pixels",
            "None is imported, so no event can be sent. Run the DAG tiktok_accounts, or list pixel "
            f"codes in {settings.connection_id}.",
        )
    elif not strange:
        yield Finding(Level.OK, "pixels", f"{len(settings.pixel_codes or found)} take events.")


def _pulls(warehouse: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    pulls = [pull for pull in last_pulls(warehouse, settings.connection_id) if pull.is_enabled]
    if not pulls:
        yield Finding(
            Level.NOTE, "spend", "No advertiser is imported. Run the DAG tiktok_accounts."
        )
        return
    current = 0
    for pull in pulls:
        name = f"Advertiser {pull.advertiser_id}"
        if pull.missing_since is not None:
            sentence = f"{name} left the grant on {pull.missing_since:%Y-%m-%d}; it is not read."
            yield Finding(Level.NOTE, "spend", sentence)
        elif pull.last_complete_at is None:
            sentence = f"{name} was never read completely. Run the DAG tiktok_spend."
            yield Finding(Level.NOTE, "spend", sentence)
        elif pull.now - pull.last_complete_at > STALE:
            since = f"{pull.last_complete_at:%Y-%m-%d %H:%M} UTC"
            why = f" ({pull.incomplete_reason})" if pull.incomplete_reason else ""
            sentence = f"{name} was read completely last at {since}{why}. See tiktok_spend's log."
            yield Finding(Level.NOTE, "spend", sentence)
        else:
            current += 1
    if current:
        yield Finding(Level.OK, "spend", f"{current} advertisers were read in the last 3 hours.")


def _events(warehouse: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    for reason in event_reasons(warehouse, settings.connection_id):
        hint = f" {reason.hint}" if reason.hint else ""
        sentence = f"{reason.events} ended as {reason.reason}, such as {reason.example}.{hint}"
        yield Finding(Level.NOTE, "events", sentence)
