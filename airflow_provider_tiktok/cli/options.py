"""Options that several commands take."""

from __future__ import annotations

from typing import Any

from airflow.cli.cli_config import Arg


def option(*names: str, text: str, **settings: Any) -> Arg:
    """Return an option; *settings* are those of argparse.

    :param names: as ``--until``, or a bare name for what needs no dashes.
    :param text: its help.
    """
    return Arg(names, help=text, **settings)  # type: ignore[no-untyped-call]


CONNECTION = option(
    "--connection",
    metavar="CONN_ID",
    text="the Airflow connection of type TikTok (default: tiktok_default)",
    default="tiktok_default",
)
WAREHOUSE = option(
    "--warehouse",
    metavar="CONN_ID",
    text="the Airflow connection of the warehouse (default: tiktok_warehouse)",
    default="tiktok_warehouse",
)
DBT_PROJECT = option(
    "--dbt-project",
    metavar="FOLDER",
    text="the dbt project whose sources to check (default: the setting dbt_project of Airflow's "
    "section tiktok, else the folder dbt_project beside the DAGs)",
)
CONNECTIONS = (CONNECTION, WAREHOUSE)
