"""A new user brings the sandbox's world up to date: each of its events leaves once, or says why."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from .world import check_world, fleet_with_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .fleet import Fleet

pytestmark = pytest.mark.long
DAG = "tiktok_backfill"
PEOPLE = """
select distinct unnest(array[email, phone, ttclid, ip, user_agent]::text[])
from (
    select * from analytics.exp_tiktok__conversion_events
    union all
    select * from analytics.exp_tiktok__refund_events
) as events
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Airflow with a world whose spend was pulled and whose models were built by their DAGs."""
    folder = tmp_path_factory.mktemp("world")
    with fleet_with_world(folder, "tiktok_events", DAG, paused=["tiktok_events"]) as fleet:
        yield fleet


def asked(**changes: Any) -> dict[str, Any]:
    """Return what the form says."""
    today = datetime.now(UTC).date()
    return {
        "what": ["spend", "conversions", "refunds"],
        "from_date": str(today - timedelta(days=4)),
        "to_date": str(today),
        "is_dry_run": False,
        "pace": 1,
        **changes,
    }


def everything_airflow_keeps(fleet: Fleet) -> str:
    """Return every row of Airflow's database and every log file that it wrote."""
    kept = []
    with psycopg.connect(fleet.stage.airflow_uri) as connection:
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'public'"
        ).fetchall()
        for (table,) in tables:
            whole = sql.SQL("select * from {}").format(sql.Identifier(table))
            kept += [f"{table}: {row}" for row in connection.execute(whole)]
    folder = fleet.stage.folder
    logs = [*folder.glob("airflow-*.log"), *Path(folder / "airflow" / "logs").rglob("*.log")]
    assert any(file.parent.name.startswith("task_id=") for file in logs)
    return "\n".join([*kept, *(file.read_text(errors="replace") for file in logs)])


def test_every_event_of_the_world_is_delivered_once_or_explained(fleet: Fleet) -> None:
    # A dry run, and its plan in the task's log, on the run's page and in the terminal.
    tried = fleet.trigger(DAG, **asked(is_dry_run=True))
    assert fleet.finish(DAG, tried) == "success"
    plan = fleet.log_of(DAG, tried, "plan")
    assert "Spend: 3 advertisers, 5 days" in plan
    assert "Conversions: " in plan
    assert " would be sent" in plan
    assert "Dry run: backfill 1 is planned and nothing else happens." in plan
    assert "dry run" in fleet.read(f"/tiktok/connections/tiktok_default/runs/{tried}").lower()
    fleet.stage.run("airflow", "tiktok", "status", log_name="status.log")
    assert "dry run" in (fleet.stage.folder / "status.log").read_text()
    assert fleet.sandbox.events() == []

    # The same in earnest, stopped while the first purchases are on their way.
    fleet.sandbox.fault("T08", endpoint="events", options={"seconds": 2.0})
    stopped = fleet.trigger(DAG, **asked())
    fleet.wait(lambda: bool(fleet.delivering()), "a batch is on its way")
    fleet.api("PATCH", f"/dags/{DAG}/dagRuns/{stopped}", {"state": "failed"})
    fleet.wait(lambda: not fleet.delivering(), "the batches on their way are settled", seconds=60)
    fleet.sandbox.clear_faults()
    halfway = len(fleet.sandbox.events(limit=10**6))

    # Once more, while Airflow's clock and the world's just go on.
    again = fleet.trigger(DAG, **asked())
    assert fleet.finish(DAG, again, seconds=900) == "success"
    assert "Going on with backfill 2" in fleet.log_of(DAG, again, "plan")
    page = fleet.read(f"/tiktok/connections/tiktok_default/runs/{again}")
    assert "done" in page

    check_world(fleet, halfway=halfway, backfill_id=2)

    taken = len(fleet.sandbox.events(limit=10**6))

    # The hourly DAG finds nothing left to send.
    fleet.unpause("tiktok_events")
    assert fleet.run("tiktok_events") == "success"
    assert len(fleet.sandbox.events(limit=10**6)) == taken


def test_airflow_keeps_neither_a_person_nor_a_secret(fleet: Fleet) -> None:
    kept = everything_airflow_keeps(fleet)
    for table in ("xcom: ", "rendered_task_instance_fields: ", "task_instance: "):
        assert table in kept
    people = {value for (value,) in fleet.rows(PEOPLE) if value and not _is_private(value)}
    assert len(people) > 100
    secrets = {"sandbox-access-token", "sandbox-app-secret"}
    assert [value for value in people | secrets if value in kept] == []


def _is_private(value: str) -> bool:
    """Return whether it is an address of this machine, which servers name in their logs."""
    try:
        return ipaddress.ip_address(value).is_private
    except ValueError:
        return False


def test_what_cannot_work_is_refused_at_once_with_the_reason(fleet: Fleet) -> None:
    for changes, sentence in (
        ({"from_date": "2026-11-02", "to_date": "2026-11-01"}, "swap the dates"),
        ({"from_date": "2999-01-01", "to_date": "2999-01-02"}, "has begun nowhere yet"),
        ({"pixels": ["CXX0"]}, "No pixel CXX0 is known and switched on; known are"),
    ):
        run_id = fleet.trigger(DAG, **asked(**changes))
        assert fleet.finish(DAG, run_id) == "failed"
        assert fleet.tasks(DAG, run_id)["plan", -1]["try_number"] == 1
        assert sentence in fleet.log_of(DAG, run_id, "plan")


def test_the_documented_command_cleans_airflows_own_history(fleet: Fleet) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "run-in-production.md"
    (line,) = [
        line.strip() for line in page.read_text().splitlines() if "$ airflow db clean" in line
    ]
    command = line.removeprefix("$ ").replace("\"$(date -d '90 days ago' +%F)\"", "2999-01-01")
    assert "2999-01-01" in command
    with psycopg.connect(fleet.stage.airflow_uri, autocommit=True) as airflow:
        count = "select count(*) from xcom"
        before = airflow.execute(count).fetchone()
        fleet.stage.run(*command.split(), log_name="clean.log")
        assert before != (0,)
        assert airflow.execute(count).fetchone() == (0,)
