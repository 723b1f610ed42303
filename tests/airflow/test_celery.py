"""Two Celery workers with one Redis: one is killed in mid-run, and the quota holds over both."""

from __future__ import annotations

import json
import shutil
import sys
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
# What the sandbox answers where the quota of its tier, Basic, is not kept.
THROTTLED = "40100"
# From the first byte of the last run to its last answer.
SECONDS = """
select extract(epoch from max(finished_at) - min(sent_at)) from tiktok_ops.event_batches
where run_id = (select run_id from tiktok_ops.event_batches order by batch_id desc limit 1)
"""
WORKERS = ("worker-1", "worker-2")
EVENTS = 16_000


def start_worker(fleet: Fleet, name: str) -> None:
    """Start a worker that takes one task at a time."""
    options = ["--celery-hostname", f"{name}@%h", "--concurrency", "1", "--skip-serve-logs",
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
    connection = {
        "environment": "local",
        "quota_tier": "basic",
        "app_id": "7100000000000000001",
        "app_secret": "sandbox-app-secret",
        "access_token": "sandbox-access-token",
    }
    settings = {
        "AIRFLOW_CONN_TIKTOK_DEFAULT": json.dumps({"conn_type": "tiktok", "extra": connection}),
        "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{port}/0",
        "AIRFLOW__CELERY__RESULT_BACKEND": f"redis://127.0.0.1:{port}/1",
    }
    try:
        with airflow_fleet(
            folder,
            "tiktok_accounts",
            "tiktok_spend",
            DAG,
            executor="CeleryExecutor",
            sandbox=("--tier", "Basic"),
            paused=("tiktok_accounts", "tiktok_spend"),  # they would hold both workers for minutes
            **settings,
        ) as fleet:
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


def test_two_workers_send_more_than_one(fleet: Fleet) -> None:
    fleet.sandbox.clear_faults()
    fleet.sandbox.fault("T08", endpoint="events", options={"seconds": 1.0})
    rates = {}
    for workers in (2, 1):
        if workers == 1:
            fleet.stop(WORKERS[1])
        fleet.order(EVENTS)
        assert fleet.next_scheduled_run(DAG) == "success"
        check_delivery(fleet)
        spent = fleet.rows(SECONDS)[0][0]
        rates[workers] = EVENTS / float(spent)
        sys.stdout.write(f"{workers} workers: {rates[workers]:,.0f} events a second\n")
    start_worker(fleet, WORKERS[1])
    assert rates[2] > rates[1]


def test_the_quota_holds_over_both_workers(fleet: Fleet) -> None:
    for dag_id in ("tiktok_accounts", "tiktok_spend"):
        fleet.unpause(dag_id)
        assert fleet.finish(dag_id, fleet.trigger(dag_id), seconds=900) == "success"
    state = fleet.sandbox.state()
    assert sum(state["codes"].values()) > 20
    assert THROTTLED not in state["codes"]
