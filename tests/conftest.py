"""What every test may ask for: a real PostgreSQL, a migrated warehouse, and the sandbox."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from airflow_provider_tiktok.warehouse.migrate import migrate
from sandbox.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.server import RunningSandbox
    from sandbox.world import World

# Examples are the same in every run; HYPOTHESIS_PROFILE=long tries many new ones.
_QUIET = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=_QUIET)
settings.register_profile("long", max_examples=5000, deadline=None, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# Crashes of a process lose nothing without fsync; only a crash of the machine would.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_database_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server for this test session."""
    data_dir = tmp_path_factory.mktemp("postgres") / "data"
    with EmbeddedPostgres(data_dir, THROW_AWAY) as server:
        yield server


@pytest.fixture(scope="session")
def _migrated_template(postgres: EmbeddedPostgres) -> str:
    uri = postgres.create_database("migrated_template")
    with psycopg.connect(uri, autocommit=True) as connection:
        migrate(connection)
    return "migrated_template"


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """URI of an empty database of this test's own."""
    name = f"empty_{next(_database_numbers)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.fixture
def warehouse(postgres: EmbeddedPostgres, _migrated_template: str) -> Iterator[str]:
    """URI of a freshly migrated warehouse of this test's own."""
    name = f"warehouse_{next(_database_numbers)}"
    yield postgres.create_database(name, template=_migrated_template)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def world() -> World:
    """The demo's world, seed 1."""
    from sandbox.world import World  # noqa: PLC0415 - not every test pays for it

    return World(seed=1)


@pytest.fixture
def sandbox(world: World) -> Iterator[RunningSandbox]:
    """A sandbox of this test's own, its clock at the end of the demo's world."""
    from sandbox.server import start_server  # noqa: PLC0415 - not every test pays for it

    running = start_server(world)
    yield running
    running.stop()
