"""Set the demo's stage: a PostgreSQL, the sandbox, and an Airflow that points at both."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from sandbox.postgres import EmbeddedPostgres, client_folder, create_database, free_port
from sandbox.processes import start_child, stop_child

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from datetime import datetime, timedelta

REPOSITORY = Path(__file__).resolve().parents[2]
WAREHOUSE_VARIABLE = "TIKTOK_WAREHOUSE_URI"
# What the sandbox accepted; it takes the file over after an interrupted run.
TRUTH_LOG = "accepted-events.jsonl"
START_SECONDS = 60.0
# The demo's own small server: durable enough to be interrupted, quick enough for a laptop.
SERVER_SETTINGS = {"synchronous_commit": "off", "jit": "off", "max_connections": "100"}


class DemoError(RuntimeError):
    """The demo cannot go on; the message says where to look."""


@dataclass
class Stage:
    """What the demo's actors need to find each other."""

    folder: Path
    warehouse_uri: str
    airflow_uri: str
    sandbox_url: str
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str, log_name: str) -> None:
        """Run a command to its end in the demo's environment.

        :raises DemoError: it failed; its words are in the log.
        """
        log = self.folder / log_name
        child = start_child(command, log=log, environment=self.environment)
        try:
            if child.wait() != 0:
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
                raise DemoError(f"`{' '.join(command)}` failed. The end of {log}:\n{tail}")
        finally:
            stop_child(child)

    def set_clock(self, now: datetime, *, offset: timedelta) -> None:
        """Move the sandbox's clock to *now* and the warehouse's clock by *offset*."""
        self.post("/control/clock", {"now": now.isoformat()})
        with psycopg.connect(self.warehouse_uri, autocommit=True) as connection:
            statement = sql.SQL("alter database {} set tiktok.clock_offset = {}").format(
                sql.Identifier(connection.info.dbname),
                sql.Literal(f"{offset.total_seconds():.6f} seconds"),
            )
            connection.execute(statement)

    def post(self, path: str, body: object) -> None:
        """Tell the sandbox's control endpoint something."""
        request = urllib.request.Request(  # noqa: S310 - our own loopback server
            self.sandbox_url + path,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - as above
            pass


@contextlib.contextmanager
def set_stage(folder: Path, *sandbox_options: str) -> Iterator[Stage]:
    """Start the servers, yield the stage, and stop them however the caller ends.

    :param folder: where everything of the demo is kept between runs.
    :param sandbox_options: arguments of ``python -m sandbox``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        server_uri = os.environ.get(WAREHOUSE_VARIABLE)
        if server_uri:
            warehouse_uri = server_uri
            airflow_uri = create_database(server_uri, "tiktok_demo_airflow")
        else:
            server = stack.enter_context(
                EmbeddedPostgres(folder / "postgres", SERVER_SETTINGS),
            )
            warehouse_uri = server.create_database("warehouse")
            airflow_uri = server.create_database("airflow")
        sandbox_url = stack.enter_context(_running_sandbox(folder, sandbox_options))
        stage = Stage(folder, warehouse_uri, airflow_uri, sandbox_url)
        stage.environment = airflow_environment(stage)
        yield stage


@contextlib.contextmanager
def _running_sandbox(folder: Path, options: tuple[str, ...]) -> Iterator[str]:
    port = free_port()
    log = folder / "sandbox.log"
    truth_log = ["--truth-log", str(folder / TRUTH_LOG)]
    command = [sys.executable, "-m", "sandbox", "--port", str(port), *truth_log, *options]
    child = start_child(command, log=log, environment={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(child, url, log)
        yield url
    finally:
        stop_child(child)


def _wait_until_it_answers(child: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/", timeout=2):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise DemoError(f"The sandbox did not start. Its own words are in {log}.")


def airflow_environment(stage: Stage) -> dict[str, str]:
    """Return the environment in which Airflow and dbt find the demo's servers."""
    home = stage.folder / "airflow"
    home.mkdir(exist_ok=True)
    warehouse = urlsplit(stage.warehouse_uri)
    airflow_uri = urlsplit(stage.airflow_uri)._replace(scheme="postgresql+psycopg2").geturl()
    tiktok = {
        "conn_type": "tiktok",
        "extra": {
            "environment": "local",
            "quota_tier": "ultimate",  # the waits of the basic tier are real
            "app_id": "7100000000000000001",
            "app_secret": "sandbox-app-secret",
            "access_token": "sandbox-access-token",
        },
    }
    own = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": airflow_uri,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__TIKTOK__LOCAL_URL": stage.sandbox_url,
        # A shop as small as this one looks at every event that was set aside.
        "AIRFLOW__TIKTOK__ALERT_QUARANTINE_SHARE": "0",
        "AIRFLOW_CONN_TIKTOK_DEFAULT": json.dumps(tiktok),
        "AIRFLOW_CONN_TIKTOK_WAREHOUSE": stage.warehouse_uri,
        # For psql.
        "PGHOST": warehouse.hostname or "127.0.0.1",
        "PGPORT": str(warehouse.port or 5432),
        "PGUSER": warehouse.username or "postgres",
        "PGPASSWORD": warehouse.password or "",
        "PGDATABASE": warehouse.path.lstrip("/") or "postgres",
        # For the dbt command line; the DAG takes the same from the Airflow connection.
        "TIKTOK_WAREHOUSE_HOST": warehouse.hostname or "127.0.0.1",
        "TIKTOK_WAREHOUSE_PORT": str(warehouse.port or 5432),
        "TIKTOK_WAREHOUSE_USER": warehouse.username or "postgres",
        "TIKTOK_WAREHOUSE_PASSWORD": warehouse.password or "",
        "TIKTOK_WAREHOUSE_DBNAME": warehouse.path.lstrip("/") or "postgres",
        "DBT_PROFILES_DIR": str(REPOSITORY / "dbt_project"),
        # Nobody is told about this run: Cosmos and Airflow heed the first, dbt the second.
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
    }
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", ""), str(client_folder())]
    path = os.pathsep.join(folders)
    return {**os.environ, **own, "PATH": path}


def stage_of_environment(folder: Path, environment: dict[str, str]) -> Stage:
    """Return the stage that :func:`airflow_environment` described, read back by a child process."""
    airflow = urlsplit(environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
    return Stage(
        folder=folder,
        warehouse_uri=environment["AIRFLOW_CONN_TIKTOK_WAREHOUSE"],
        airflow_uri=airflow._replace(scheme="postgresql").geturl(),
        sandbox_url=environment["AIRFLOW__TIKTOK__LOCAL_URL"],
        environment=environment,
    )
