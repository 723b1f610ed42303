"""Tell Airflow's command line about ``airflow tiktok``. Loaded by every ``airflow`` command."""

from __future__ import annotations

from airflow.cli.cli_config import ActionCommand, GroupCommand, lazy_load_command

from airflow_provider_tiktok.cli.event_definitions import EVENT_COMMANDS
from airflow_provider_tiktok.cli.options import (
    CONNECTION,
    CONNECTIONS,
    DBT_PROJECT,
    WAREHOUSE,
    option,
)
from airflow_provider_tiktok.cli.spend_definitions import ADVERTISER, FROM, LAST, TO

YES = option("--yes", action="store_true", text="store what TikTok shares without asking again")


def get_tiktok_cli_commands() -> list[GroupCommand]:
    """Return the commands of this provider."""
    return [
        GroupCommand(
            name="tiktok",
            help="Run TikTok Ads from the warehouse",
            subcommands=[
                ActionCommand(
                    name="init",
                    help="Create or upgrade the provider's tables in the warehouse",
                    func=lazy_load_command("airflow_provider_tiktok.cli.commands.init"),
                    args=(CONNECTION, WAREHOUSE),
                ),
                ActionCommand(
                    name="connect",
                    help="Authorise at TikTok from a terminal, see the accounts, store the token",
                    func=lazy_load_command("airflow_provider_tiktok.cli.connect.connect"),
                    args=(CONNECTION, WAREHOUSE, YES),
                ),
                ActionCommand(
                    name="rotate-keys",
                    help="Encrypt the kept tokens with the first of [tiktok] token_keys",
                    func=lazy_load_command("airflow_provider_tiktok.cli.connect.rotate_keys"),
                    args=(CONNECTION, WAREHOUSE),
                ),
                ActionCommand(
                    name="doctor",
                    help="Check every part and say what to fix; exits with 1 when something is",
                    func=lazy_load_command("airflow_provider_tiktok.cli.commands.doctor"),
                    args=(CONNECTION, WAREHOUSE, DBT_PROJECT),
                ),
                ActionCommand(
                    name="status",
                    help="Show the spend pulls, the events waiting and done, and why some failed",
                    func=lazy_load_command("airflow_provider_tiktok.cli.commands.status"),
                    args=(CONNECTION, WAREHOUSE),
                ),
                ActionCommand(
                    name="plan",
                    help="Say what reading spend takes: reports, rows, calls, minutes",
                    func=lazy_load_command("airflow_provider_tiktok.cli.spend.plan"),
                    args=(*CONNECTIONS, FROM, TO, ADVERTISER),
                ),
                ActionCommand(
                    name="pulls",
                    help="Show what was read of spend, when, and what was left out and why",
                    func=lazy_load_command("airflow_provider_tiktok.cli.spend.show_pulls"),
                    args=(*CONNECTIONS, ADVERTISER, LAST),
                ),
                *EVENT_COMMANDS,
            ],
        )
    ]
