"""The reference page of the commands is what the command line says."""

from __future__ import annotations

from pathlib import Path

from airflow.cli.cli_parser import get_parser

from airflow_provider_tiktok.cli.definition import get_tiktok_cli_commands
from airflow_provider_tiktok.cli.reference_page import page

PAGE = Path(__file__).parents[3] / "docs/reference/cli.md"


def test_the_page_in_the_repository_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_airflow_offers_every_command_and_each_takes_the_connections() -> None:
    (group,) = get_tiktok_cli_commands()
    parser = get_parser()
    for command in group.subcommands:
        assert f"\n## {command.name}\n" in page()
        names = {flag for option in command.args for flag in option.flags}
        assert {"--connection", "--warehouse"} <= names, command.name
    arguments = parser.parse_args(["tiktok", "pause", "CUS00000000000000001"])
    assert (arguments.connection, arguments.pixel) == ("tiktok_default", "CUS00000000000000001")
