"""The project works as a dbt package in a project of one's own, as its how-to says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dbt.cli.main import dbtRunner

from tests.dbt.dbt_project import PROJECT, environment
from tests.dbt.user_tables import create_user_tables, insert

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from tests.dbt.dbt_project import DbtProject

HOW_TO = PROJECT.parent / "docs" / "how-to" / "use-as-a-dbt-package.md"
FILE = re.compile(
    r"^```\w+ title=\"(?P<path>[^\"]+)\"\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL
)


def write_project_of_the_how_to(folder: Path) -> None:
    """Write the files that the how-to shows, with the package taken from this repository."""
    for found in FILE.finditer(HOW_TO.read_text()):
        path = folder / found["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found["text"].replace("/opt/tiktok/dbt_project", str(PROJECT)))


def dbt(folder: Path, *arguments: str) -> dict[str, str]:
    """Run dbt in a project; return the status of each node that was run."""
    folders = ["--project-dir", str(folder), "--profiles-dir", str(PROJECT), "--quiet"]
    answer = dbtRunner().invoke([*arguments, *folders])
    assert answer.exception is None, answer.exception
    results = getattr(answer.result, "results", None) or []
    return {result.node.name: str(result.status) for result in results}


def test_the_project_of_the_how_to_builds_on_its_own_tables(
    project: DbtProject, connection: psycopg.Connection, tmp_path: Path
) -> None:
    create_user_tables(connection)
    insert(
        connection,
        "shop.orders",
        {"order_id": "1", "visitor_id": "buyer", "page_url": "https://shop.example/thanks"},
    )
    insert(
        connection,
        "web.page_views",
        {
            "page_view_id": "office",
            "visitor_id": "buyer",
            "page_url": "https://shop.example/?ttclid=E.1",
            "ip_address": "192.0.2.7",
        },
    )
    connection.execute("alter schema shop rename to store; alter schema web rename to tracking")
    connection.execute(
        "insert into tiktok_raw.advertisers (advertiser_id, connection_id, currency, "
        "display_timezone) values ('1', 'tiktok_default', 'USD', 'Europe/Berlin'); "
        "insert into tiktok_raw.pixels (pixel_code, pixel_id, advertiser_id, connection_id) "
        "values ('CMINE000000000000001', '9', '1', 'tiktok_default')"
    )
    write_project_of_the_how_to(tmp_path)
    with environment(project.uri):
        dbt(tmp_path, "deps")
        statuses = dbt(
            tmp_path,
            "build",
            *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
        )
    assert {
        name for name, status in statuses.items() if status not in {"success", "no-op"}
    } == set()
    assert project.rows("select event_id, event, event_source_id from analytics.my_events") == [
        ("ord_1", "Purchase", "CMINE000000000000001")
    ]
    # The hit came from the office, which the project's own macro leaves out.
    assert project.rows("select count(*) from analytics.fct_clicks") == [(0,)]
