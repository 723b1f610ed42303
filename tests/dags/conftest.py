"""An Airflow of this test session: its own home and database, and connections to real servers."""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.models.dagrun import DagRun
    from airflow.sdk import DAG

    from sandbox.server import RunningSandbox

REPOSITORY = Path(__file__).resolve().parents[2]
DAGS = REPOSITORY / "dags"
CREDENTIALS = {
    "environment": "local",
    "quota_tier": "ultimate",
    "app_id": "7100000000000000001",
    "app_secret": "sandbox-app-secret",
    "access_token": "sandbox-access-token",
}

# Airflow reads these when it is first imported, which is before any fixture.
if "AIRFLOW_HOME" not in os.environ:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-home-")
    atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(DAGS)
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"


def load_dag(dag_id: str) -> DAG:
    """Read a DAG from its file, as Airflow does."""
    spec = importlib.util.spec_from_file_location(f"dag_{dag_id}", DAGS / f"{dag_id}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dag: DAG = module.dag
    return dag


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
        """Let the warehouse and TikTok live at that moment."""
        self.sandbox.set_clock(moment)
        with psycopg.connect(self.warehouse_uri, autocommit=True) as connection:
            offset = f"{(moment - datetime.now(UTC)).total_seconds():.0f} seconds"
            name = sql.Identifier(connection.info.dbname)
            statement = sql.SQL("alter database {} set tiktok.clock_offset = {}")
            connection.execute(statement.format(name, sql.Literal(offset)))

    def run(self, dag_id: str, logical_date: datetime, **conf: Any) -> DagRun:
        """Run a DAG once, at its logical date, and return the finished run."""
        self.at(logical_date)
        return load_dag(dag_id).test(
            logical_date=logical_date, run_after=logical_date, run_conf=conf or None
        )

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        with psycopg.connect(self.warehouse_uri) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[call-overload]

    def write(self, statement: str, *parameters: object) -> None:
        """Change the warehouse."""
        with psycopg.connect(self.warehouse_uri, autocommit=True) as connection:
            connection.execute(statement, parameters)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def _airflow_database() -> None:
    """Create Airflow's own tables, once."""
    from airflow.utils.db import initdb  # noqa: PLC0415 - after the environment above

    initdb()


@pytest.fixture
def stage(
    _airflow_database: None,
    warehouse: str,
    sandbox: RunningSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Stage:
    """Point Airflow at a fresh warehouse and a fresh sandbox."""
    # Cosmos wants a password, even where the server asks for none.
    uri = warehouse.replace("postgres@", "postgres:no-password@", 1)
    monkeypatch.setenv("AIRFLOW_CONN_TIKTOK_WAREHOUSE", uri)
    monkeypatch.setenv("AIRFLOW__TIKTOK__LOCAL_URL", sandbox.url)
    made = Stage(warehouse, sandbox, monkeypatch)
    made.connect_as()
    return made


@pytest.fixture
def task_results() -> Callable[[DagRun], dict[tuple[str, int], tuple[str, Any]]]:
    """Read state and result of every task of a run, by task id and map index."""

    def read(run: DagRun) -> dict[tuple[str, int], tuple[str, Any]]:
        return {
            (ti.task_id, ti.map_index): (
                str(ti.state),
                ti.xcom_pull(ti.task_id, map_indexes=ti.map_index),
            )
            for ti in run.get_task_instances()
        }

    return read


@pytest.fixture
def read_log(capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Return what the tasks have logged since the last call."""
    return lambda: "".join(capfd.readouterr())
