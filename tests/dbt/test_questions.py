"""Each page of docs/questions shows its query, and what the query says of the demo's world.

`WRITE_QUESTIONS=1 python -m pytest tests/dbt/test_questions.py` writes the results anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue
from sandbox.server import start_server
from tests.client import sleepless_client
from tests.dbt.conftest import stop_clock

if TYPE_CHECKING:
    from sandbox.postgres import EmbeddedPostgres
    from sandbox.world import World
    from tests.dbt.dbt_project import DbtProject

QUESTIONS = Path(__file__).parents[2] / "docs" / "questions"
NAMES = sorted(path.stem for path in QUESTIONS.glob("*.sql"))
SHOWN = re.compile(r"<!-- shown -->.*<!-- /shown -->", re.DOTALL)


@pytest.fixture(scope="module")
def delivered_world(postgres: EmbeddedPostgres, built_world: DbtProject, world: World) -> str:
    """URI of a copy of the built world whose events have been sent."""
    built = psycopg.conninfo.conninfo_to_dict(built_world.uri)["dbname"]
    uri = postgres.create_database("dbt_delivered", template=str(built))
    stop_clock(uri, world.end)
    with start_server(world, now=world.end, clock_speed=0.0) as sandbox, connect(uri) as connection:
        client = sleepless_client(Transport(local_url=sandbox.url))
        for kind in ("conversion", "refund"):
            enqueue(connection, f"analytics.exp_tiktok__{kind}_events", EventSettings())
        for site in world.sites:
            deliver(connection, client, site.pixel_code, settings=EventSettings())
    return uri


def shown(uri: str, query: str) -> str:
    """Return the query and its result as Markdown."""
    with psycopg.connect(uri) as connection:
        cursor = connection.execute(query)  # type: ignore[call-overload]
        header = [column.name for column in cursor.description or ()]
        rows = [["" if one is None else str(one) for one in row] for row in cursor]
    lines = [header, ["---"] * len(header), *rows]
    table = "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines
    )
    return f"<!-- shown -->\n```sql\n{query.strip()}\n```\n\n{table}\n<!-- /shown -->"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_what_its_query_says(delivered_world: str, name: str) -> None:
    page = QUESTIONS / f"{name}.md"
    fresh = shown(delivered_world, (QUESTIONS / f"{name}.sql").read_text())
    assert fresh.count("\n| ") > 2, "the demo has no answer"
    if os.environ.get("WRITE_QUESTIONS"):
        page.write_text(SHOWN.sub(lambda _: fresh, page.read_text()))
    assert fresh in page.read_text()


def test_every_question_is_on_the_index() -> None:
    index = (QUESTIONS / "README.md").read_text()
    assert {name for name in NAMES if f"({name}.md)" not in index} == set()
