"""``make ui``: the demo's servers with Airflow's own web UI and scheduler, in real time."""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

from sandbox.demo.stage import DemoError, Stage
from sandbox.postgres import free_port
from sandbox.processes import start_child, stop_child
from sandbox.world import World
from sandbox.world.__main__ import live

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

PAST_DAYS = 3
DAYS = 10
UI_PORT = 8080
START_SECONDS = 120.0
COMPONENTS = ("scheduler", "dag-processor", "triggerer")


@dataclass(frozen=True)
class LiveWorld:
    """A world around today, so that its hours pass while the UI is open."""

    seed: int
    start: datetime

    def options(self) -> list[str]:
        """Return the arguments of ``python -m sandbox`` for this world."""
        start = self.start.date().isoformat()
        return ["--seed", str(self.seed), "--start", start, "--days", str(DAYS)]

    def world(self) -> World:
        """Return the same world in this process, for the user's own tables."""
        return World(seed=self.seed, start=self.start, days=DAYS)


def live_world(seed: int, now: datetime) -> LiveWorld:
    """Return a world that began some days before *now* and goes on for a week."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return LiveWorld(seed, midnight - timedelta(days=PAST_DAYS))


def serve_ui(stage: Stage, world: World) -> None:
    """Run Airflow's processes until Ctrl-C, while people of the world click and buy."""
    stage.set_clock(datetime.now(UTC), offset=timedelta(0))
    minutes = live(world, stage.warehouse_uri)
    next(minutes)  # everything up to now is there before the first DAG runs
    # Airflow knows the DAGs only once its processor has read them: too late to unpause them here.
    stage.environment["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] = "False"
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(api_server(stage))
        for component in COMPONENTS:
            stack.enter_context(_component(stage, component))
        print(f"\n  Airflow   {url}\n  TikTok    {stage.sandbox_url}\n")
        print(f"  1. Open {url}/plugin/tiktok and press Connect TikTok.")
        print("  2. Approve on the sandbox's page, look at the accounts, and store them.")
        print("  3. The next hourly run of tiktok_spend pulls their spend (or trigger it now).")
        print("\nRuns before that fail, and say that nobody has connected yet. Ctrl-C ends it.")
        for _ in minutes:
            pass


@contextlib.contextmanager
def _component(stage: Stage, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    log = stage.folder / f"airflow-{command[0]}.log"
    child = start_child(["airflow", *command], log=log, environment=stage.environment)
    try:
        yield child
    finally:
        stop_child(child)


def _not_connected(stage: Stage, url: str) -> dict[str, str]:
    """Return the settings of somebody who has an app at TikTok and has not connected it yet."""
    key_file = stage.folder / "token-key"
    if not key_file.exists():
        key_file.write_text(Fernet.generate_key().decode())
        key_file.chmod(0o600)
    connection = json.loads(stage.environment["AIRFLOW_CONN_TIKTOK_DEFAULT"])
    del connection["extra"]["access_token"]
    return {
        "AIRFLOW_CONN_TIKTOK_DEFAULT": json.dumps(connection),
        "AIRFLOW__TIKTOK__TOKEN_KEYS": key_file.read_text().strip(),
        "AIRFLOW__TIKTOK__REDIRECT_URI": f"{url}/tiktok/callback",
    }


@contextlib.contextmanager
def api_server(stage: Stage) -> Iterator[str]:
    """Run Airflow's web UI, to which nobody has connected TikTok yet, and yield its address."""
    port = UI_PORT if _is_free(UI_PORT) else free_port()
    url = f"http://127.0.0.1:{port}"
    stage.environment |= _not_connected(stage, url) | {
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
    }
    command = ["api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with _component(stage, *command) as child:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(f"{url}/api/v2/monitor/health"):
            if child.poll() is not None or time.monotonic() > deadline:
                raise DemoError(
                    "Airflow's API server did not start. Its own words are in "
                    f"{stage.folder / 'airflow-api-server.log'}.",
                )
            time.sleep(0.5)
        yield url


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback server
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _is_free(port: int) -> bool:
    import socket  # noqa: PLC0415 - used in this one place

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0
