"""Run after run gives what one full run gives, and readers never find a view missing."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from airflow_provider_tiktok.warehouse.database import connect
from tests.dbt.conftest import stop_clock
from tests.dbt.world_warehouse import pull_spend, write_accounts

if TYPE_CHECKING:
    from sandbox.world import World
    from tests.dbt.dbt_project import DbtProject

MODELS_ONLY = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
TABLES = """
select table_schema || '.' || table_name from information_schema.tables
where
    table_schema in ('analytics', 'analytics_intermediate') and table_type = 'BASE TABLE'
    -- What only says which rows a run is about.
    and table_name !~ '^(tiktok_build|tiktok_changes|int_changed_|int_person_links_unioned)'
"""


def contents(project: DbtProject) -> dict[str, str]:
    """Return a digest of every table that the project keeps."""
    found = {}
    for (table,) in project.rows(TABLES):
        [(digest,)] = project.rows(
            f"select md5(coalesce(string_agg(one, '' order by one), '')) "  # noqa: S608 - our own tables
            f"from (select md5(t::text) as one from {table} as t) as rows"
        )
        found[table] = digest
    return found


@pytest.fixture
def day(world: World) -> list:
    """Moments of the world at which it is pulled and built."""
    return [world.start + timedelta(hours=hours) for hours in (24, 36, 60)]


def test_hourly_runs_with_late_rows_and_restatements_equal_a_full_refresh(
    project: DbtProject, world: World, day: list
) -> None:
    project.variables["whole_build_days"] = 1000
    with connect(project.uri) as connection:
        write_accounts(connection, world, day[0])
        late: list[str] = []
        for since, at in zip([world.start, *day], day, strict=False):
            stop_clock(project.uri, at)
            pull_spend(connection, world, at)
            world.write_user_tables(connection, since=since, until=at)
            # Forty rows of each stretch turn up with the next one.
            if late:
                connection.execute("insert into web.page_views select * from late_page_views")
            connection.execute("drop table if exists late_page_views")
            connection.execute(
                "create table late_page_views as with taken as (delete from web.page_views where "
                "page_view_id in (select page_view_id from web.page_views where page_url like "
                "'%ttclid%' order by occurred_at desc, page_view_id limit 40) returning *) "
                "select * from taken"
            )
            # The second run joins page views as a whole, the third one finds them by this index.
            if at == day[-1]:
                connection.execute("create index on web.page_views (visitor_id, occurred_at)")
            late.append("taken")
            project.build_all(*MODELS_ONLY)
    restated = project.rows("select count(*) from analytics.fct_spend_deltas where is_restatement")
    assert restated[0][0] > 0
    writers = "select count(distinct xmin::text) from analytics_intermediate.int_tiktok_clicks"
    assert project.rows(writers)[0][0] > 1  # later runs added to what the first one wrote
    assert "last_seen" in project.last_run_of("int_conversion_page_views")
    hourly = contents(project)
    project.build_all(*MODELS_ONLY, "--full-refresh")
    full = contents(project)
    assert {table for table in full if full[table] != hourly.get(table)} == set()
    assert project.rows("select count(*) from analytics_intermediate.tiktok_changes") == [(0,)]


@pytest.mark.long
def test_the_first_run_of_a_day_takes_corrections_of_any_age(
    project: DbtProject, world: World, day: list
) -> None:
    project.variables["late_rows_days"] = 1
    corrected = "update shop.orders set total_amount = total_amount + 1 where order_id = %s"
    gross = "select gross_amount from analytics.fct_conversions where order_id = %s"
    with connect(project.uri) as connection:
        write_accounts(connection, world, day[0])
        pull_spend(connection, world, day[0])
        world.write_user_tables(connection, since=world.start, until=world.end)
        stop_clock(project.uri, world.end)
        project.build_all(*MODELS_ONLY)
        [(order_id,)] = project.rows(
            "select order_id from shop.orders where currency = 'EUR' order by ordered_at limit 1"
        )
        [(before,)] = project.rows(gross, [order_id])
        connection.execute(corrected, [order_id])
    project.build_all(*MODELS_ONLY)
    assert project.rows(gross, [order_id]) == [(before,)]
    stop_clock(project.uri, world.end + timedelta(days=1))
    project.build_all(*MODELS_ONLY)
    assert project.rows(gross, [order_id]) == [(before + 1,)]


def test_a_second_run_changes_nothing_and_the_export_views_are_there_all_the_time(
    built_world: DbtProject,
) -> None:
    before = contents(built_world)
    stop = threading.Event()
    problems: list[Exception] = []
    reads = 0

    def read() -> None:
        nonlocal reads
        with psycopg.connect(built_world.uri, autocommit=True) as connection:
            while not stop.is_set():
                try:
                    connection.execute("select count(*) from analytics.exp_tiktok__refund_events")
                    connection.execute("select * from analytics.exp_tiktok__conversion_events")
                    reads += 1
                except psycopg.Error as error:
                    problems.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        built_world.build_all(*MODELS_ONLY)
    finally:
        stop.set()
        reader.join()
    assert problems == []
    assert reads > 0
    assert contents(built_world) == before


@pytest.mark.long
def test_other_settings_hold_all_laws(built_world: DbtProject, world: World) -> None:
    linear = replace(
        built_world, variables={"attribution_model": "linear", "attribution_window_days": 2}
    )
    try:
        linear.build_all("--exclude-resource-type", "unit_test")
        shared = linear.rows(
            "select count(*) from analytics.fct_conversions where credited_clicks > 1"
        )
        assert shared[0][0] > 0
    finally:
        built_world.build_all(*MODELS_ONLY)
