"""Clicks meet the hours of spend wherever clocks change, with one rule for both."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import psycopg
import pytest

from airflow_provider_tiktok.warehouse.spend_time import hour_starts_at
from tests.integration.ledger.test_time import ZONES, around_changes

if TYPE_CHECKING:
    from tests.dbt.dbt_project import DbtProject

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


@pytest.fixture(scope="module")
def place(built_world: DbtProject) -> str:
    """A query that places hours of an account in UTC by the project's macro."""
    start = built_world.compiled("{{ account_hour_starts_at('given.hour', 'given.zone') }}")
    return (
        f"select given.hour, {start} from (select unnest(%(hours)s::text[]) as hour, "  # noqa: S608 - our own macro
        "%(zone)s::text as zone) as given"
    )


@pytest.fixture(scope="module")
def name(built_world: DbtProject) -> str:
    """A query that names the account's hour of each instant by the project's macro."""
    hour = built_world.compiled("{{ account_hour_of('given.instant', 'given.zone') }}")
    return (
        f"select given.instant, {hour} from (select unnest(%(instants)s::timestamptz[]) "  # noqa: S608 - our own macro
        "as instant, %(zone)s::text as zone) as given"
    )


@pytest.mark.parametrize("zone", ZONES)
def test_each_instant_is_in_exactly_the_hour_that_its_account_names(
    built_world: DbtProject, place: str, name: str, zone: str
) -> None:
    hours = around_changes(ZoneInfo(zone))
    texts = [one.isoformat(sep=" ") for one in (*hours, *(one + HOUR for one in hours))]
    with psycopg.connect(built_world.uri, autocommit=True) as connection:
        placed = dict(connection.execute(place, {"hours": texts, "zone": zone}).fetchall())  # type: ignore[arg-type]
        for text, instant in placed.items():
            assert instant == hour_starts_at(ZoneInfo(zone), datetime.fromisoformat(text))
        first = min(placed.values())
        instants = sorted(
            {start + QUARTER * step for start in placed.values() for step in range(4)}
        )
        named = connection.execute(name, {"instants": instants, "zone": zone}).fetchall()  # type: ignore[arg-type]
    for instant, text in named:
        if instant < first or text not in placed:
            continue
        end = (datetime.fromisoformat(text) + HOUR).isoformat(sep=" ")
        # Chatham's clocks go back at a quarter to: the second pass lies apart from the first, and
        # only the name keeps clicks and spend together.
        is_apart = zone == "Pacific/Chatham" and instant.astimezone(ZoneInfo(zone)).fold == 1
        if end in placed and not is_apart:
            assert placed[text] <= instant < placed[end], (instant, text)
