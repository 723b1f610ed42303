"""An Airflow of this test session: its own home and database, and connections to real servers."""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import io
import itertools
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from sandbox.server import start_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow.sdk import DAG

    from sandbox.postgres import EmbeddedPostgres
    from sandbox.server import RunningSandbox
    from sandbox.world import World

    Command = Callable[..., tuple[int, str]]

REPOSITORY = Path(__file__).resolve().parents[2]
DAGS = REPOSITORY / "dags"
CREDENTIALS = {
    "environment": "local",
    "quota_tier": "ultimate",  # the waits of the basic tier are real
    "app_id": "7100000000000000001",
    "app_secret": "sandbox-app-secret",
    "access_token": "sandbox-access-token",
}
WAREHOUSE_LOGIN = "postgres:warehouse-password"  # the embedded server takes any
IMPORTED, BUILT, EXPORTED = "dags_imported", "dags_built", "dags_exported"
AS_TABLE = sql.SQL("""
alter view analytics.{view} rename to read_once;
create table analytics.{view} as select * from analytics.read_once;
drop view analytics.read_once cascade;
""")
# An order of nobody: no visitor, no customer, nothing by which TikTok could find a person.
ORDER_OF_NOBODY = """
insert into shop.orders (order_id, ordered_at, currency, total_amount, page_url)
values (
    'nobody', %s::timestamptz - interval '2 hours', 'USD', 10, 'https://us.northwind.example/thanks'
)
"""

# Airflow reads these when it is first imported, which is before any fixture. Of several processes
# each has a home of its own, whatever the one that started them has.
if "AIRFLOW_HOME" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-home-")
    atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(DAGS)
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["DO_NOT_TRACK"] = "1"
_database_numbers = itertools.count(1)


def load_dag(dag_id: str) -> DAG:
    """Read a DAG from its file, as Airflow does."""
    spec = importlib.util.spec_from_file_location(f"dag_{dag_id}", DAGS / f"{dag_id}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dag: DAG = module.dag
    return dag


def without_retries(dag: DAG) -> DAG:
    """Fail at once: dag.test() would sit out the minutes before another try."""
    for task in dag.tasks:
        if task.is_mapped:
            task.partial_kwargs["retries"] = 0
        else:
            task.retries = 0
    return dag


@dataclass
class Run:
    """A run that has ended: its state, its tasks' states and results, and their log."""

    state: str
    states: dict[tuple[str, int], str]
    results: dict[tuple[str, int], Any]
    log: str


@dataclass
class Stage:
    """A warehouse, a sandbox, and Airflow between them."""

    warehouse_uri: str
    sandbox: RunningSandbox
    environment: pytest.MonkeyPatch

    def connect_as(self, **extra: object) -> None:
        """Define the connection tiktok_default; *extra* wins over the working credentials."""
        value = {"conn_type": "tiktok", "extra": CREDENTIALS | extra}
        self.environment.setenv("AIRFLOW_CONN_TIKTOK_DEFAULT", json.dumps(value))

    def at(self, moment: datetime) -> None:
        """Let the warehouse and TikTok live at that moment, and not a moment earlier."""
        self.sandbox.set_clock(moment)
        with psycopg.connect(self.warehouse_uri, autocommit=True) as connection:
            offset = f"{(moment - datetime.now(UTC)).total_seconds():.6f} seconds"
            name = sql.Identifier(connection.info.dbname)
            statement = sql.SQL("alter database {} set tiktok.clock_offset = {}")
            connection.execute(statement.format(name, sql.Literal(offset)))

    def run(self, dag_id: str, logical_date: datetime, **conf: Any) -> Run:
        """Run a DAG once, at its logical date, and return what came of it."""
        self.at(logical_date)
        dag = without_retries(load_dag(dag_id))
        with contextlib.redirect_stdout(io.StringIO()) as log:
            run = dag.test(logical_date=logical_date, run_after=logical_date, run_conf=conf or None)
        sys.stdout.write(log.getvalue())  # whole, where a test fails
        tasks = {(ti.task_id, ti.map_index): ti for ti in run.get_task_instances()}
        return Run(
            state=str(run.state),
            states={key: str(ti.state) for key, ti in tasks.items()},
            results={
                key: ti.xcom_pull(ti.task_id, map_indexes=ti.map_index) for key, ti in tasks.items()
            },
            log=log.getvalue(),
        )

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        with psycopg.connect(self.warehouse_uri) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[call-overload]

    def write(self, statement: str, *parameters: object) -> None:
        """Change the warehouse."""
        with psycopg.connect(self.warehouse_uri, autocommit=True) as connection:
            connection.execute(statement, parameters)  # type: ignore[call-overload]


@dataclass
class Sent:
    """A stage on which a run of tiktok_events has ended."""

    stage: Stage
    run: Run


@contextlib.contextmanager
def directed(warehouse: str, sandbox: RunningSandbox) -> Iterator[Stage]:
    """Point Airflow at a warehouse and a sandbox until the block ends."""
    with pytest.MonkeyPatch.context() as environment:
        parts = urlsplit(warehouse)
        netloc = f"{WAREHOUSE_LOGIN}@{parts.hostname}:{parts.port}"
        uri = parts._replace(netloc=netloc).geturl()
        environment.setenv("AIRFLOW_CONN_TIKTOK_WAREHOUSE", uri)
        environment.setenv("AIRFLOW__TIKTOK__LOCAL_URL", sandbox.url)
        stage = Stage(warehouse, sandbox, environment)
        stage.connect_as()
        yield stage


@contextlib.contextmanager
def set_stage(warehouse: str, world: World) -> Iterator[Stage]:
    """Point Airflow at a warehouse and at a sandbox of its own until the block ends."""
    sandbox = start_server(world)
    with directed(warehouse, sandbox) as stage:
        yield stage
    sandbox.stop()


@pytest.fixture(scope="session")
def _airflow_database() -> None:
    """Create Airflow's own tables, once."""
    from airflow.utils.db import initdb  # noqa: PLC0415 - after the environment above

    initdb()


@pytest.fixture(scope="session")
def _imported(
    _airflow_database: None, postgres: EmbeddedPostgres, _migrated_template: str, world: World
) -> str:
    """A database in which tiktok_accounts has run, to be copied."""
    uri = postgres.create_database(IMPORTED, template=_migrated_template)
    with set_stage(uri, world) as stage:
        run = stage.run("tiktok_accounts", world.end)
        assert run.state == "success", run.log
    return IMPORTED


@pytest.fixture(scope="session")
def _built(postgres: EmbeddedPostgres, _imported: str, world: World) -> str:
    """A database with the user's tables in which spend was pulled and the models were built."""
    uri = postgres.create_database(BUILT, template=_imported)
    with set_stage(uri, world) as stage:
        with psycopg.connect(uri) as connection:
            world.write_user_tables(connection, since=world.start, until=world.end)
        stage.write(ORDER_OF_NOBODY, world.end)
        for dag_id in ("tiktok_spend", "tiktok_models"):
            run = stage.run(dag_id, world.end)
            assert run.state == "success", run.log
    return BUILT


@pytest.fixture(scope="session")
def _exported(postgres: EmbeddedPostgres, _built: str) -> str:
    """As `_built`, with the export views made tables: the views take a second to read."""
    uri = postgres.create_database(EXPORTED, template=_built)
    with psycopg.connect(uri, autocommit=True) as connection:
        for view in ("exp_tiktok__conversion_events", "exp_tiktok__refund_events"):
            connection.execute(AS_TABLE.format(view=sql.Identifier(view)))
    return EXPORTED


@contextlib.contextmanager
def copied_stage(postgres: EmbeddedPostgres, template: str, world: World) -> Iterator[Stage]:
    """Set a stage whose warehouse is a copy of a database."""
    name = f"dags_{next(_database_numbers)}"
    uri = postgres.create_database(name, template=template)
    with set_stage(uri, world) as stage:
        yield stage
    postgres.drop_database(name)


@pytest.fixture
def stage(
    _airflow_database: None, postgres: EmbeddedPostgres, _migrated_template: str, world: World
) -> Iterator[Stage]:
    """A stage with a migrated, empty warehouse."""
    with copied_stage(postgres, _migrated_template, world) as stage:
        yield stage


@pytest.fixture
def imported(postgres: EmbeddedPostgres, _imported: str, world: World) -> Iterator[Stage]:
    """A stage whose accounts are imported."""
    with copied_stage(postgres, _imported, world) as stage:
        yield stage


@pytest.fixture
def built(postgres: EmbeddedPostgres, _built: str, world: World) -> Iterator[Stage]:
    """A stage whose spend is pulled and whose models are built."""
    with copied_stage(postgres, _built, world) as stage:
        yield stage


@pytest.fixture
def exported(postgres: EmbeddedPostgres, _exported: str, world: World) -> Iterator[Stage]:
    """As `built`, with tables for export views: for tests of what happens to the events."""
    with copied_stage(postgres, _exported, world) as stage:
        yield stage


@pytest.fixture(scope="session")
def _sent(
    postgres: EmbeddedPostgres, _built: str, world: World
) -> Iterator[tuple[str, RunningSandbox, Run]]:
    """A run of tiktok_events, once for the session."""
    with copied_stage(postgres, _built, world) as stage:
        run = stage.run("tiktok_events", world.end)
        stage.environment.undo()
        yield stage.warehouse_uri, stage.sandbox, run


@pytest.fixture
def sent(_sent: tuple[str, RunningSandbox, Run], world: World) -> Iterator[Sent]:
    """A run of tiktok_events, looked at by several tests. They may move the clock only."""
    warehouse, sandbox, run = _sent
    with directed(warehouse, sandbox) as stage:
        stage.at(world.end)
        yield Sent(stage, run)


@pytest.fixture(scope="module")
def _delivered(
    postgres: EmbeddedPostgres, _exported: str, world: World
) -> Iterator[tuple[str, RunningSandbox]]:
    """A warehouse whose events were sent, for the tests of one file to change."""
    with copied_stage(postgres, _exported, world) as stage:
        assert stage.run("tiktok_events", world.end).state == "success"
        stage.environment.undo()
        yield stage.warehouse_uri, stage.sandbox


@pytest.fixture
def delivered(_delivered: tuple[str, RunningSandbox]) -> Iterator[Stage]:
    """A stage on which events were sent."""
    with directed(*_delivered) as stage:
        yield stage


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Run ``airflow tiktok …``; return its exit code and what it said, on one line."""

    from airflow.cli.cli_parser import get_parser  # noqa: PLC0415 - after AIRFLOW_HOME is set

    def run(*words: str) -> tuple[int, str]:
        arguments = get_parser().parse_args(["tiktok", *words])
        capfd.readouterr()
        code = 0
        message = ""
        try:
            arguments.func(arguments)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
            message = ended.code if isinstance(ended.code, str) else ""
        return code, " ".join(f"{capfd.readouterr().out} {message}".split())

    return run
