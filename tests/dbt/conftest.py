"""Warehouses with the demo's world, and the dbt project on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from tests.dbt.dbt_project import DbtProject
from tests.dbt.world_warehouse import fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.postgres import EmbeddedPostgres
    from sandbox.world import World

# Spend is pulled at these hours of the world; it is restated in between.
PULLED_AT_HOURS = (24, 36, 48, 60, 72)


def stop_clock(uri: str, moment: datetime) -> None:
    """Make a moment the warehouse's "now"."""
    offset = moment - datetime.now(UTC)
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(
            sql.SQL("alter database {} set tiktok.clock_offset = {}").format(
                sql.Identifier(connection.info.dbname),
                sql.Literal(f"{offset.total_seconds()} seconds"),
            )
        )


@pytest.fixture(scope="session")
def world_uri(postgres: EmbeddedPostgres, _migrated_template: str, world: World) -> str:
    """URI of a warehouse that holds the demo's world, as of its end; nothing is built."""
    uri = postgres.create_database("dbt_world", template=_migrated_template)
    stop_clock(uri, world.end)
    fill(uri, world, pulls_at=[world.start + timedelta(hours=hour) for hour in PULLED_AT_HOURS])
    return uri


@pytest.fixture(scope="session")
def built_world(world_uri: str, tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """The project, built on the demo's world with the default settings. Only read it."""
    project = DbtProject(world_uri, tmp_path_factory.mktemp("dbt_world"))
    project.build_all()
    return project


@pytest.fixture(scope="session")
def own_work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt keeps what it parsed for the tests that have a warehouse of their own."""
    return tmp_path_factory.mktemp("dbt_own")


@pytest.fixture
def project(
    postgres: EmbeddedPostgres, _migrated_template: str, own_work: Path
) -> Iterator[DbtProject]:
    """The project on a migrated warehouse without data of this test's own.

    It always has the same name: dbt parses everything anew when a name in the profile changes.
    """
    uri = postgres.create_database("dbt_own", template=_migrated_template)
    yield DbtProject(uri, own_work)
    postgres.drop_database("dbt_own")


@pytest.fixture
def connection(project: DbtProject) -> Iterator[psycopg.Connection]:
    """A connection to the test's own warehouse."""
    with psycopg.connect(project.uri, autocommit=True) as own:
        yield own
