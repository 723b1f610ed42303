"""As a new user would: a dry run, the plan, a run that is stopped half-way, and once more."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import TWICE, WAITING
from .fleet import airflow_fleet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .fleet import Fleet

pytestmark = pytest.mark.long
DAG = "tiktok_backfill"
# Several calls of a thousand for each pixel, so that a stop finds some sent and some not.
ORDERS = 24_000
PLANNED = """
select outcome, sum(quantity)::int from tiktok_ops.backfill_counts
where backfill_id = %s and phase = %s and kind = 'conversions' group by outcome
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Airflow with the LocalExecutor, accounts imported, and orders that nobody has sent."""
    folder = tmp_path_factory.mktemp("walk")
    with airflow_fleet(folder, "tiktok_accounts", "tiktok_spend", DAG) as fleet:
        assert fleet.run("tiktok_accounts") == "success"
        yield fleet


def asked(**changes: Any) -> dict[str, Any]:
    """Return what the form says."""
    today = datetime.now(UTC).date()
    return {
        "what": ["spend", "conversions", "refunds"],
        "from_date": str(today - timedelta(days=2)),
        "to_date": str(today),
        "is_dry_run": False,
        "pace": 1,
        **changes,
    }


def counts(fleet: Fleet, backfill_id: int, phase: str) -> dict[str, int]:
    return dict(fleet.rows(PLANNED, backfill_id, phase))


def test_the_form_is_offered_and_what_cannot_be_is_refused(fleet: Fleet) -> None:
    params = fleet.api("GET", f"/dags/{DAG}/details")["params"]
    assert set(params) >= {"what", "from_date", "to_date", "is_dry_run", "pace", "pixels"}
    run_id = fleet.trigger(DAG, **asked(from_date="2030-01-01", to_date="2030-01-02"))
    assert fleet.finish(DAG, run_id) == "failed"
    assert fleet.tasks(DAG, run_id)["plan", -1]["try_number"] == 1


def test_every_order_is_delivered_once_although_the_run_was_stopped(fleet: Fleet) -> None:
    fleet.order(ORDERS)
    run_id = fleet.trigger(DAG, **asked(is_dry_run=True))
    assert fleet.finish(DAG, run_id) == "success"
    assert counts(fleet, 1, "planned") == {"new": ORDERS}
    assert fleet.sandbox.events() == []
    path = f"/dags/{DAG}/dagRuns/{run_id}/taskInstances/plan/links"
    (link,) = fleet.api("GET", path)["extra_links"].values()
    assert "/tiktok/connections/tiktok_default/runs/manual__" in link

    fleet.sandbox.fault("T08", endpoint="events", options={"seconds": 2.0})
    stopped = fleet.trigger(DAG, **asked())
    fleet.wait_for_delivery()
    fleet.api("PATCH", f"/dags/{DAG}/dagRuns/{stopped}", {"state": "failed"})
    fleet.wait(lambda: not fleet.delivering(), "the batches on their way are settled", seconds=60)
    time.sleep(6)  # Airflow insists after five seconds
    sent = len(fleet.sandbox.events(limit=10**6))
    assert 0 < sent < ORDERS

    fleet.sandbox.clear_faults()
    fleet.hours += 1
    offset = timedelta(hours=fleet.hours)
    fleet.stage.set_clock(datetime.now(UTC) + offset, offset=offset)
    again = fleet.trigger(DAG, **asked())
    assert fleet.finish(DAG, again) == "success"
    progress = "select backfill_id, state, slices_done = slices from tiktok_ops.backfill_progress"
    assert fleet.rows(f"{progress} where state <> 'dry_run'") == [(2, "done", True)]
    assert fleet.rows(WAITING) == [("delivered", ORDERS)]
    assert fleet.rows(TWICE) == []
    decisions = Counter(event["decision"] for event in fleet.sandbox.events(limit=10**6))
    assert decisions["counted"] == ORDERS
    assert counts(fleet, 2, "reported") == {"sent": ORDERS}


def test_airflows_own_backfill_runs_the_hourly_dag_for_past_hours(fleet: Fleet) -> None:
    assert fleet.run("tiktok_spend") == "success"
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [f"{until - timedelta(hours=back):%Y-%m-%dT%H:%M:%S}" for back in (3, 2)]
    fleet.stage.run(
        "airflow", "backfill", "create", "--dag-id", "tiktok_spend", "--from-date", hours[0],
        "--to-date", hours[1], "--max-active-runs", "1", log_name="backfill.log",
    )  # fmt: skip

    def states() -> list[str]:
        runs = fleet.api("GET", "/dags/tiktok_spend/dagRuns?run_type=backfill")["dag_runs"]
        return [run["state"] for run in runs]

    fleet.wait(lambda: states() == ["success"] * 2, "both hours have run", seconds=300)
    # A later run has read these days since, so nothing of them was due any more; only the window of
    # an account whose date has changed since begins a day earlier.
    pulls = (
        "select count(*) from tiktok_raw.report_pulls where starts_with(run_id, 'backfill__') "
        "and time_dimension = 'stat_time_hour' and end_date > current_date - 30"
    )
    assert fleet.rows(pulls) == [(0,)]


def test_a_late_run_is_told_with_what_to_look_at(fleet: Fleet) -> None:
    assert fleet.run("tiktok_spend") == "success"
    log = fleet.stage.folder / "airflow-triggerer.log"
    fleet.wait(
        lambda: "of tiktok_spend is late. Look at its tasks" in log.read_text(errors="replace"),
        "the triggerer says that the run was late",
        seconds=120,
    )
