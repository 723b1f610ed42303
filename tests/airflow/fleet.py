"""A real Airflow of separate processes, to be killed one by one: PostgreSQL, a sandbox, DAGs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from sandbox.demo.stage import set_stage
from sandbox.postgres import free_port
from sandbox.processes import start_child, stop_child
from sandbox.server.control_client import SandboxControl
from sandbox.world import World

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Sequence

    from sandbox.demo.stage import Stage

REPOSITORY = Path(__file__).resolve().parents[2]
CORE = ("dag-processor", "scheduler", "triggerer")
START_SECONDS = 300.0
# Short enough for a test to see what Airflow does after minutes; the relation of the numbers stays:
# a task that lost its supervisor is failed long before its batch's lease of 120 s is over.
SETTINGS = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
    "AIRFLOW__TIKTOK__SPEND_DEADLINE_MINUTES": "0.02",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
    "AIRFLOW__API_AUTH__JWT_SECRET": "only-for-one-test-0123456789-0123456789-0123456789",
}
EXPORT = """
create schema analytics;
create table analytics.exp_tiktok__conversion_events (
    event_id text, kind text, event text, event_source text, event_source_id text,
    connection_id text, event_time timestamptz, purchase_event_id text, subject_key text,
    consent_state text, limited_data_use boolean, ttclid text, ttp text, email text, phone text,
    external_id text, first_name text, last_name text, ip text, user_agent text, locale text,
    country text, region text, city text, zip text, value numeric, currency text, contents jsonb,
    content_type text, order_id text, page_url text, page_referrer text, campaign_id text,
    ad_group_id text, ad_id text
);
create table analytics.exp_tiktok__refund_events
(like analytics.exp_tiktok__conversion_events);
insert into tiktok_raw.advertisers (advertiser_id, connection_id, display_timezone, currency)
values ('7000000000000000001', 'tiktok_default', 'America/New_York', 'USD');
insert into tiktok_raw.pixels (pixel_id, pixel_code, advertiser_id, connection_id)
values ('1', 'CUS00000000000000001', '7000000000000000001', 'tiktok_default'),
    ('2', 'CIN00000000000000001', '7000000000000000001', 'tiktok_default');
"""
ORDERS = """
insert into analytics.exp_tiktok__conversion_events (
    event_id, kind, event, event_source, event_source_id, connection_id, event_time, subject_key,
    consent_state, limited_data_use, ttclid, email, ip, user_agent, country, value, currency,
    order_id, page_url
)
select
    'ord_' || n, 'conversion', 'CompletePayment', 'web',
    case when mod(n, 2) = 0 then 'CUS00000000000000001' else 'CIN00000000000000001' end,
    'tiktok_default',
    now() - interval '1 hour', 'person_' || n, 'granted', false, 'E.C.P.' || n,
    'person' || n || '@shop.example', '73.162.1.9', 'Mozilla/5.0', 'US', 12.5, 'USD', n::text,
    'https://us.northwind.example/thanks'
from
    (select count(*) as there from analytics.exp_tiktok__conversion_events) as orders,
    generate_series(orders.there + 1, orders.there + %s) as n
"""


@dataclass
class Fleet:
    """Airflow's processes by name, and what the tests ask of them."""

    stage: Stage
    port: int
    environment: dict[str, str]
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    token: str = ""
    hours: int = 0

    @property
    def sandbox(self) -> SandboxControl:
        """The sandbox's control endpoints."""
        return SandboxControl(self.stage.sandbox_url)

    def start(self, name: str, *command: str) -> None:
        """Start ``airflow <command>`` under a name; its own by default."""
        log = self.stage.folder / f"airflow-{name}.log"
        line = ["airflow", *(command or (name,))]
        self.children[name] = start_child(line, log=log, environment=self.environment)

    def start_api(self) -> None:
        """Start the API server and wait until it answers."""
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        self.start("api-server", "api-server", *options)
        self.wait(self.is_up, "the API server answers")

    def stop(self, name: str) -> None:
        """End a process and what it started."""
        stop_child(self.children.pop(name))

    def kill(self, name: str) -> None:
        """Kill one process outright, not those it started."""
        self.children.pop(name).kill()

    def is_up(self) -> bool:
        """Return whether the API server answers."""
        try:
            self._request("GET", "/api/v2/monitor/health")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
        return True

    def api(self, method: str, path: str, body: object = None) -> Any:
        """Call Airflow's public REST API as a person would."""
        if not self.token:
            self.token = self._request("GET", "/auth/token")["access_token"]
        return self._request(method, f"/api/v2{path}", body)

    def _request(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            headers=headers,
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return json.loads(answer.read() or b"null")

    def read(self, path: str) -> str:
        """Return a page of the UI as a person sees it."""
        self.api("GET", "/version")  # signs in
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return str(answer.read().decode())

    def log_of(self, dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> str:
        """Return what a task's last try said, as the UI shows it."""
        tries = self.tasks(dag_id, run_id)[task_id, map_index]["try_number"]
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{tries}"
        return json.dumps(self.api("GET", f"{path}?map_index={map_index}&full_content=true"))

    def unpause(self, dag_id: str) -> None:
        """Let a DAG run."""
        self.api("PATCH", f"/dags/{dag_id}?update_mask=is_paused", {"is_paused": False})

    def trigger(self, dag_id: str, **conf: object) -> str:
        """Trigger a run and return its id."""
        body = {"logical_date": None, "conf": conf}
        return str(self.api("POST", f"/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run."""
        return str(self.api("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def tasks(self, dag_id: str, run_id: str) -> dict[tuple[str, int], dict[str, Any]]:
        """Return a run's tasks as Airflow sees them."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=200"
        found = self.api("GET", path)["task_instances"]
        return {(task["task_id"], task["map_index"]): task for task in found}

    def finish(self, dag_id: str, run_id: str, *, seconds: float = 400.0) -> str:
        """Wait until a run has ended and return its state."""
        self.wait(
            lambda: self.run_state(dag_id, run_id) in {"success", "failed"},
            f"{dag_id} ends",
            seconds=seconds,
        )
        return self.run_state(dag_id, run_id)

    def run(self, dag_id: str, **conf: object) -> str:
        """Trigger a run, wait for its end and return its state."""
        return self.finish(dag_id, self.trigger(dag_id, **conf))

    def next_scheduled_run(self, dag_id: str) -> str:
        """Let an hour pass for the warehouse and for TikTok, and run a DAG as its schedule would.

        Leases of those that died are over by then.
        """
        self.hours += 1
        offset = timedelta(hours=self.hours)
        self.stage.set_clock(datetime.now(UTC) + offset, offset=offset)
        return self.run(dag_id)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        with psycopg.connect(self.stage.warehouse_uri, autocommit=True) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[call-overload]

    def write(self, statement: str, *parameters: object) -> None:
        """Change the warehouse."""
        with psycopg.connect(self.stage.warehouse_uri, autocommit=True) as connection:
            connection.execute(statement, parameters or None)  # type: ignore[call-overload]

    def wait(self, is_so: Callable[[], bool], what: str, *, seconds: float = START_SECONDS) -> None:
        """Wait until something is so; fail with what was waited for."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                if is_so():
                    return
            time.sleep(0.5)
        raise AssertionError(f"not within {seconds:.0f} s: {what}; logs in {self.stage.folder}")

    def prepare(self, world: World | None) -> None:
        """Give the warehouse its tables, and the world's people or empty export tables."""
        self.stage.run("airflow", "tiktok", "init", log_name="init.log")
        if world is None:
            self.write(EXPORT)
            return
        with psycopg.connect(self.stage.warehouse_uri) as connection:
            world.write_user_tables(connection, since=world.start, until=datetime.now(UTC))

    def order(self, events: int) -> None:
        """Let that many people buy."""
        self.write(ORDERS, events)

    def delivering(self) -> int:
        """Return the pid of the task that sends a batch now; 0 when none does."""
        found = self.rows("select worker from tiktok_ops.event_batches where outcome = 'sent'")
        return int(found[0][0].rpartition(":")[2]) if found else 0

    def wait_for_delivery(self) -> int:
        """Wait until some batches were answered and one is on its way; return the task's pid."""
        accepted = "select count(*) from tiktok_ops.event_batches where outcome = 'accepted'"
        before = self.rows(accepted)[0][0]
        self.wait(
            lambda: self.rows(accepted)[0][0] >= before + 2 and bool(self.delivering()),
            "two more batches are answered and one is on its way",
        )
        return self.delivering()


def parent_of(pid: int) -> int:
    """Return the process that started another: of a task, its supervisor."""
    text = Path(f"/proc/{pid}/stat").read_text()
    return int(text.rpartition(")")[2].split()[1])


def descendants(pid: int) -> set[int]:
    """Return a process and every one that it started, directly or not."""
    found: set[int] = set()
    new = {pid}
    while new:
        found |= new
        new = {
            int(child)
            for parent in new
            for tasks in Path(f"/proc/{parent}/task").glob("*/children")
            for child in tasks.read_text().split()
        } - found
    return found


def kill(pid: int) -> None:
    """Kill a process outright."""
    os.kill(pid, signal.SIGKILL)


def copy_dags(folder: Path, *dag_ids: str) -> Path:
    """Copy the shipped DAGs; only the minutes between two tries become seconds."""
    target = folder / "dags"
    target.mkdir(exist_ok=True)
    (folder / "dbt_project").symlink_to(REPOSITORY / "dbt_project")  # where tiktok_models looks
    for dag_id in dag_ids:
        text = (REPOSITORY / "dags" / f"{dag_id}.py").read_text()
        assert "timedelta(minutes=2)" in text
        text = text.replace("timedelta(minutes=2)", "timedelta(seconds=3)")
        (target / f"{dag_id}.py").write_text(text)
    return target


@contextlib.contextmanager
def airflow_fleet(
    folder: Path,
    *dag_ids: str,
    executor: str = "LocalExecutor",
    sandbox: Sequence[str] = (),
    paused: Sequence[str] = (),
    is_peopled: bool = False,
    **settings: str,
) -> Iterator[Fleet]:
    """Start every process of an Airflow, and stop them however the block ends.

    :param paused: DAGs that only begin when a test says `fleet.unpause`.
    :param sandbox: further arguments of ``python -m sandbox``.
    :param is_peopled: fill the user's tables from the sandbox's world, for dbt to build on; else
        there are empty export tables, and an account and two pixels to order from.
    :param settings: of Airflow, as variables of the environment.
    """
    now = datetime.now(UTC)
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=3)
    options = ["--start", f"{start:%Y-%m-%d}", "--days", "4", "--now", now.isoformat()]
    people = World(seed=1, start=start, days=4) if is_peopled else None
    with set_stage(folder, *sandbox, *options) as stage, contextlib.ExitStack() as stack:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        stage.environment |= {
            **SETTINGS,
            **settings,
            "AIRFLOW__CORE__EXECUTOR": executor,
            "AIRFLOW__CORE__DAGS_FOLDER": str(copy_dags(folder, *dag_ids)),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
            "AIRFLOW__API__BASE_URL": url,
        }
        fleet = Fleet(stage, port, stage.environment)
        stage.run("airflow", "db", "migrate", log_name="migrate.log")
        fleet.prepare(people)  # before a schedule can run: a run would wait behind it
        stack.callback(lambda: [fleet.stop(name) for name in list(fleet.children)[::-1]])
        fleet.start_api()
        for name in CORE:
            fleet.start(name)
        for dag_id in dag_ids:
            fleet.wait(
                lambda dag_id=dag_id: bool(fleet.api("GET", f"/dags/{dag_id}")["dag_id"]),
                f"{dag_id} is read",
            )
            if dag_id not in paused:
                fleet.unpause(dag_id)
        yield fleet


def clear_folder(folder: Path) -> Path:
    """Return the folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
