"""The queries of the how-to run, and what they say of a day fits together."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from airflow_provider_tiktok.warehouse.database import connect
from sandbox.server import start_server
from tests.integration.ledger.puller import start_pulling

PAGE = Path(__file__).parents[3] / "docs/how-to/why-a-number-differs-from-ads-manager.md"
US = "7000000000000000001"


@pytest.fixture
def queries():
    """The SQL of the page by the name in its first line."""
    blocks = re.findall(r"```sql\n-- name: (\w+)\n(.*?);\n```", PAGE.read_text(), re.DOTALL)
    return dict(blocks)


def test_the_answers_of_the_page_fit_together(warehouse, world, queries):
    with (
        start_server(world, clock_speed=0.0) as sandbox,
        connect(warehouse) as connection,
    ):
        puller = start_pulling(connection, sandbox, world, world.end - timedelta(hours=30))
        for hours in (-30, -12, 0):
            puller.at(world.end + timedelta(hours=hours))
            puller.pull_due()
        found = {name: connection.execute(query).fetchall() for name, query in queries.items()}
        puller.transport.close()

    assert len(queries) == 6
    ((spend, conversions, _),) = found["what_we_say"]
    assert sum(change for _, change, _, _ in found["what_changed"]) == spend > 0
    assert sum(change for _, _, change, _ in found["what_changed"]) == conversions
    assert len(found["what_changed"]) > 1
    assert [(is_complete, left_out) for *_, is_complete, left_out in found["was_it_read"]] == [
        (True, "")
    ] * 3
    assert [str(row[1]) for row in found["which_day"]][:2] == [
        "2026-11-01 04:00:00+00:00",
        "2026-11-01 05:00:00+00:00",
    ]
    assert found["what_came_late"] == []
    assert found["what_is_on_no_ad"] == []
