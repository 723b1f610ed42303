"""Two Celery workers with one Redis: one is killed in mid-run, and the quota holds over both."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

import pytest

from sandbox.postgres import free_port
from sandbox.processes import start_child, stop_child

from .conftest import check_delivery
from .fleet import Fleet, airflow_fleet, descendants

if TYPE_CHECKING:
    from collections.abc import Iterator

REDIS = shutil.which("redis-server")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(REDIS is None, reason="install redis-server with the system's packages"),
]
DAG = "tiktok_events"
WORKERS = ("worker-1", "worker-2")
EVENTS = 20_000


def start_worker(fleet: Fleet, name: str) -> None:
    """Start a worker that takes two tasks at once."""
    options = ["--celery-hostname", f"{name}@%h", "--concurrency", "2", "--skip-serve-logs",
               "--without-mingle", "--without-gossip"]  # fmt: skip
    pid_file = str(fleet.stage.folder / f"{name}.pid")
    fleet.start(name, "celery", "worker", "--pid", pid_file, *options)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Airflow with the CeleryExecutor and two workers."""
    folder = tmp_path_factory.mktemp("celery")
    port = free_port()
    command = [str(REDIS), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
               "--dir", str(folder)]  # fmt: skip
    redis = start_child(command, log=folder / "redis.log")
    settings = {
        "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{port}/0",
        "AIRFLOW__CELERY__RESULT_BACKEND": f"redis://127.0.0.1:{port}/1",
    }
    try:
        with airflow_fleet(folder, DAG, executor="CeleryExecutor", **settings) as fleet:
            for name in WORKERS:
                start_worker(fleet, name)
            yield fleet
    finally:
        stop_child(redis)


def test_one_of_two_workers_is_killed_while_it_sends(fleet: Fleet) -> None:
    fleet.sandbox.fault("T08", endpoint="events", options={"seconds": 1.5})
    fleet.order(10_000)
    run_id = fleet.trigger(DAG)
    task = fleet.wait_for_delivery()
    killed = next(name for name in WORKERS if task in descendants(fleet.children[name].pid))
    stop_child(fleet.children.pop(killed), first=9)
    fleet.finish(DAG, run_id)
    start_worker(fleet, killed)
    fleet.next_scheduled_run(DAG)
    check_delivery(fleet)


def test_more_workers_send_more_and_keep_one_quota(fleet: Fleet) -> None:
    fleet.sandbox.clear_faults()
    rates = {}
    for workers in (2, 1):
        if workers == 1 and WORKERS[1] in fleet.children:
            fleet.stop(WORKERS[1])
        fleet.order(EVENTS)
        started = time.monotonic()
        assert fleet.run(DAG) == "success"
        rates[workers] = EVENTS / (time.monotonic() - started)
        check_delivery(fleet)
    for workers, rate in rates.items():
        sys.stdout.write(f"{workers} workers: {rate:,.0f} events a second, from trigger to end\n")
