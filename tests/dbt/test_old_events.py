"""Export views show what TikTok may still take; a backfill sees older events too."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.outbox import changed_rows, preview
from airflow_provider_tiktok.warehouse.outbox_relation import check_relation, parse_relation
from airflow_provider_tiktok.warehouse.outbox_scope import EVERYTHING, ExportScope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world import World
    from tests.dbt.dbt_project import DbtProject

VIEWS = ["analytics.exp_tiktok__conversion_events", "analytics.exp_tiktok__refund_events"]
SETTINGS = EventSettings()


@pytest.fixture
def weeks_later(built_world: DbtProject) -> Iterator[psycopg.Connection]:
    with psycopg.connect(built_world.uri, autocommit=True) as connection:
        connection.execute(
            "select set_config('tiktok.clock_offset', "
            "(current_setting('tiktok.clock_offset')::interval + '60 days')::text, false)"
        )
        yield connection


def _ids(connection: psycopg.Connection, view: str, scope: ExportScope) -> set[str]:
    relation = parse_relation(view)
    columns = check_relation(connection, relation)
    chunks = changed_rows(connection, relation, columns, SETTINGS, scope)
    return {row.event_id for rows in chunks for row in rows}


@pytest.mark.parametrize("view", VIEWS)
def test_weeks_later_only_a_backfill_of_these_days_sees_the_events(
    weeks_later: psycopg.Connection, world: World, view: str
) -> None:
    first_day = ExportScope(since=world.start, until=world.start + timedelta(days=1))
    whole = ExportScope(since=world.start)
    assert _ids(weeks_later, view, EVERYTHING) == set()
    assert set() < _ids(weeks_later, view, first_day) < _ids(weeks_later, view, whole)
    assert _ids(weeks_later, view, EVERYTHING) == set()


def test_a_backfill_calls_them_too_old(weeks_later: psycopg.Connection, world: World) -> None:
    scope = ExportScope(since=world.start)
    events = preview(weeks_later, VIEWS[0], SETTINGS, scope=scope, limit=1000)
    assert {(event.state, event.reason) for event in events} == {("expired", "too_old")}
