"""Check every part of an installation, one after another, going on after each that is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.accounts import advertiser_info
from airflow_provider_tiktok.api.errors import TikTokError
from airflow_provider_tiktok.cli.checks_warehouse import check_warehouse
from airflow_provider_tiktok.cli.findings import Finding, Level
from airflow_provider_tiktok.hooks.event_settings import event_settings
from airflow_provider_tiktok.hooks.grant import advertisers_to_import, refusal, shortened
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.database import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from airflow_provider_tiktok.hooks.settings import Settings
    from airflow_provider_tiktok.hooks.tiktok import TikTokHook


def examine(hook: TikTokHook, dbt_project: Path) -> Iterator[Finding]:
    """Yield what there is to say about the connection, TikTok, the warehouse and the models."""
    settings = None
    try:
        settings = hook.settings
    except SettingsError as error:
        yield Finding(Level.FIX, "connection", str(error))
    else:
        yield from _settings(settings)
        yield from _tiktok(hook, settings)
    try:
        with hook.connect_warehouse() as warehouse:
            database = f"Database {warehouse.info.dbname} at {warehouse.info.host} answers."
            yield Finding(Level.OK, "warehouse", database)
            yield from check_warehouse(warehouse, settings, dbt_project)
    except (SettingsError, WarehouseError) as error:
        yield Finding(Level.FIX, "warehouse", str(error))


def _settings(settings: Settings) -> Iterator[Finding]:
    for sentence in settings.refused.values():
        yield Finding(Level.FIX, "connection", sentence)
    try:
        event_settings(settings)
    except SettingsError as error:
        yield Finding(Level.FIX, "connection", str(error))
    for sentence in settings.notices:
        yield Finding(Level.NOTE, "connection", sentence)
    if not settings.refused:
        sentence = f"{settings.connection_id}: {settings.environment}, {settings.quota_tier} tier."
        yield Finding(Level.OK, "connection", sentence)


def _tiktok(hook: TikTokHook, settings: Settings) -> Iterator[Finding]:
    """Ask TikTok with the token; this needs the warehouse only for tokens that are kept there."""
    try:
        client = hook.unmetered_client()
        asked, _ = advertisers_to_import(client, settings)
        asked = [advertiser_id for advertiser_id in asked if advertiser_id not in settings.refused]
        listing = advertiser_info(client, asked)
    except (SettingsError, WarehouseError, TikTokError) as error:
        yield Finding(Level.FIX, "TikTok", str(error))
        return
    yield Finding(Level.OK, "TikTok", "The token is accepted.")
    for advertiser_id, outcome in listing.refused.items():
        yield Finding(Level.FIX, "advertisers", refusal(advertiser_id, outcome))
    names = [f"{row.advertiser_name or 'unnamed'} ({row.advertiser_id})" for row in listing]
    yield Finding(Level.OK, "advertisers", f"{len(names)} may be read: {shortened(names)}.")
