"""The commands of an installation: prepare it, check it, show where it stands.

Each prints, and ends with 0 when all is well and 1 when it is not.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk import conf
from airflow.utils.providers_configuration_loader import providers_configuration_loaded

from airflow_provider_tiktok.cli.checks import examine
from airflow_provider_tiktok.cli.findings import Level, show
from airflow_provider_tiktok.cli.session import opened_hook, say
from airflow_provider_tiktok.cli.status import status_text
from airflow_provider_tiktok.warehouse.migrate import migrate

if TYPE_CHECKING:
    import argparse


@providers_configuration_loaded
def init(args: argparse.Namespace) -> None:
    """Create or upgrade ``tiktok_raw`` and ``tiktok_ops``; safe to repeat."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        applied = migrate(warehouse)
        database = warehouse.info.dbname
    done = f"applied {', '.join(applied)}" if applied else "nothing to do"
    say(f"Tables of airflow-provider-tiktok in database {database}: {done}.")


@providers_configuration_loaded
def doctor(args: argparse.Namespace) -> None:
    """Check everything that an hourly run needs."""
    with opened_hook(args) as hook:
        findings = list(examine(hook, _dbt_project(args)))
    say(show(findings))
    if any(finding.level is Level.FIX for finding in findings):
        sys.exit(1)


@providers_configuration_loaded
def status(args: argparse.Namespace) -> None:
    """Show where the pulls and the events of a connection stand."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        say(status_text(warehouse, hook.settings.connection_id))


def _dbt_project(args: argparse.Namespace) -> Path:
    named = args.dbt_project or conf.get("tiktok", "dbt_project", fallback="")
    return Path(named) if named else Path(conf.get("core", "dags_folder")).parent / "dbt_project"
