"""Processes are killed and runs are cleared while events leave: the next run makes it whole."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from .conftest import check_delivery
from .fleet import kill, parent_of

if TYPE_CHECKING:
    from .fleet import Fleet

pytestmark = pytest.mark.long
DAG = "tiktok_events"


def test_the_supervisor_is_killed_and_its_task_is_an_orphan(backlog: Fleet) -> None:
    run_id = backlog.trigger(DAG)
    orphan = backlog.wait_for_delivery()
    kill(parent_of(orphan))
    backlog.finish(DAG, run_id)
    backlog.next_scheduled_run(DAG)
    check_delivery(backlog)


def test_the_task_is_killed(backlog: Fleet) -> None:
    run_id = backlog.trigger(DAG)
    kill(backlog.wait_for_delivery())
    backlog.finish(DAG, run_id)
    backlog.next_scheduled_run(DAG)
    check_delivery(backlog)


def test_the_scheduler_is_killed(backlog: Fleet) -> None:
    run_id = backlog.trigger(DAG)
    backlog.wait_for_delivery()
    backlog.kill("scheduler")
    time.sleep(5)
    backlog.start("scheduler")
    backlog.finish(DAG, run_id)
    backlog.next_scheduled_run(DAG)
    check_delivery(backlog)


def test_the_api_server_is_down_for_a_minute_and_a_half(backlog: Fleet) -> None:
    run_id = backlog.trigger(DAG)
    backlog.wait_for_delivery()
    backlog.stop("api-server")
    time.sleep(90)
    backlog.start_api()
    backlog.finish(DAG, run_id)
    backlog.next_scheduled_run(DAG)
    check_delivery(backlog)


@pytest.mark.parametrize("state", ["failed", "success"])
def test_the_task_is_marked_while_it_sends(backlog: Fleet, state: str) -> None:
    run_id = backlog.trigger(DAG)
    backlog.wait_for_delivery()
    path = f"/dags/{DAG}/dagRuns/{run_id}/taskInstances/deliver/0"
    backlog.api("PATCH", path, {"new_state": state})
    started = time.monotonic()
    backlog.wait(lambda: not backlog.delivering(), "the batch on its way is settled", seconds=30)
    sys.stdout.write(f"marked {state}: recorded after {time.monotonic() - started:.1f} s\n")
    backlog.finish(DAG, run_id)
    backlog.next_scheduled_run(DAG)
    check_delivery(backlog)


def test_the_task_is_cleared_while_it_sends(backlog: Fleet) -> None:
    run_id = backlog.trigger(DAG)
    backlog.wait_for_delivery()
    body = {"dry_run": False, "dag_run_id": run_id, "task_ids": ["deliver"],
            "only_running": False, "only_failed": False}  # fmt: skip
    backlog.api("POST", f"/dags/{DAG}/clearTaskInstances", body)
    backlog.finish(DAG, run_id)
    backlog.next_scheduled_run(DAG)
    check_delivery(backlog)
