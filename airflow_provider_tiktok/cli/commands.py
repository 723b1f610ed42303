"""The commands themselves. Each prints, and ends with 0 when all is well and 1 when it is not."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk import conf
from airflow.utils.providers_configuration_loader import providers_configuration_loaded

from airflow_provider_tiktok.api.errors import TikTokError
from airflow_provider_tiktok.cli.checks import examine
from airflow_provider_tiktok.cli.findings import Level, show
from airflow_provider_tiktok.cli.status import status_text
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.warehouse.database import WarehouseError
from airflow_provider_tiktok.warehouse.migrate import migrate

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


@providers_configuration_loaded
def init(args: argparse.Namespace) -> None:
    """Create or upgrade ``tiktok_raw`` and ``tiktok_ops``; safe to repeat."""
    with _hook(args) as hook, hook.connect_warehouse() as warehouse:
        applied = migrate(warehouse)
        database = warehouse.info.dbname
    done = f"applied {', '.join(applied)}" if applied else "nothing to do"
    _say(f"Tables of airflow-provider-tiktok in database {database}: {done}.")


@providers_configuration_loaded
def doctor(args: argparse.Namespace) -> None:
    """Check everything that an hourly run needs."""
    with _hook(args) as hook:
        findings = list(examine(hook, _dbt_project(args)))
    _say(show(findings))
    if any(finding.level is Level.FIX for finding in findings):
        sys.exit(1)


@providers_configuration_loaded
def status(args: argparse.Namespace) -> None:
    """Show where the pulls and the events of a connection stand."""
    with _hook(args) as hook, hook.connect_warehouse() as warehouse:
        _say(status_text(warehouse, hook.settings.connection_id))


@contextmanager
def _hook(args: argparse.Namespace) -> Iterator[TikTokHook]:
    """Yield the hook of a command; an error that we can explain ends it with one sentence."""
    # As Airflow's own commands do, to read connections from its database where it has one.
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"
    hook = TikTokHook(args.connection, args.warehouse)
    try:
        yield hook
    except (SettingsError, WarehouseError, TikTokError) as error:
        sys.exit(str(error))
    finally:
        hook.close()


def _dbt_project(args: argparse.Namespace) -> Path:
    named = args.dbt_project or conf.get("tiktok", "dbt_project", fallback="")
    return Path(named) if named else Path(conf.get("core", "dags_folder")).parent / "dbt_project"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
