"""What a real task does after each kind of error: end at once, or wait, and for how long."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from .fleet import Fleet

pytestmark = pytest.mark.long
DAG = "retry_mapping"
ENDED = """
select task_id, state, try_number, retry_delay_override from task_instance where dag_id = %s
"""
FINAL = {
    "reauthorise", "configuration", "quarantine", "split", "settings", "warehouse", "tables",
    "privilege",
}  # fmt: skip
# By the task's own retry_delay, which stands where the policy names none.
RETRIED = {"transient", "unknown", "restart", "bug"}


def test_each_kind_of_error_fails_at_once_or_is_tried_again_when_it_may_help(fleet: Fleet) -> None:
    target = Path(fleet.environment["AIRFLOW__CORE__DAGS_FOLDER"]) / f"{DAG}.py"
    shutil.copy(Path(__file__).with_name(f"{DAG}.py"), target)
    fleet.wait(lambda: bool(fleet.api("GET", f"/dags/{DAG}")["dag_id"]), "the DAG is read")
    fleet.unpause(DAG)
    run_id = fleet.trigger(DAG)
    with psycopg.connect(fleet.stage.airflow_uri, autocommit=True) as airflow:

        def found() -> dict[str, tuple[str, int, float | None]]:
            rows = airflow.execute(ENDED, [DAG]).fetchall()
            return {name: (state, tries, delay) for name, state, tries, delay in rows}

        def is_over() -> bool:
            states = {state for state, _, _ in found().values()}
            return bool(states) and states <= {"failed", "up_for_retry"}

        fleet.wait(is_over, "every task has raised its error")
        assert found() == {
            **dict.fromkeys(FINAL, ("failed", 1, None)),
            **dict.fromkeys(RETRIED, ("up_for_retry", 1, None)),
            "throttled": ("up_for_retry", 1, 7200.0),  # as long as TikTok asks
        }
    fleet.api("PATCH", f"/dags/{DAG}/dagRuns/{run_id}", {"state": "failed"})
