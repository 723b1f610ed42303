"""Bring a world up to date as a new user does: by Airflow's form, in its own pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.airflow.world import check_world, fleet_with_world
from tests.browser.airflow_pages import mark_failed, trigger
from tests.browser.chromium import HOW_TO_INSTALL, is_installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.airflow.fleet import Fleet
    from tests.browser.chromium import Browser

pytestmark = pytest.mark.long
DAG = "tiktok_backfill"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Every process of an Airflow, and a world with its spend pulled and its models built."""
    if not is_installed():
        pytest.skip(f"There is no Chromium. {HOW_TO_INSTALL}")
    folder = tmp_path_factory.mktemp("backfill")
    with fleet_with_world(folder, DAG) as fleet:
        yield fleet


def test_a_dry_run_a_run_stopped_half_way_and_another_bring_all_events_to_their_end(
    browser: Browser, fleet: Fleet
) -> None:
    airflow = f"http://127.0.0.1:{fleet.port}"
    today = datetime.now(UTC).date()
    days = (str(today - timedelta(days=4)), str(today))
    events = ("conversions", "refunds")  # beside spend, which the form begins with

    tried = trigger(browser, airflow, DAG, what=events, days=days, is_dry_run=True)
    assert fleet.finish(DAG, run_id(tried)) == "success"
    browser.open(f"{tried}/tasks/plan")
    plan = browser.wait_for_text("nothing else happens")
    assert "Spend: 3 advertisers, 5 days" in plan
    assert " would be sent" in plan
    browser.picture("backfill-plan")
    assert fleet.sandbox.events() == []

    fleet.sandbox.fault("T08", endpoint="events", options={"seconds": 4.0})
    stopped = trigger(browser, airflow, DAG, what=events, days=days, is_dry_run=False)
    fleet.wait(lambda: bool(fleet.delivering()), "a batch is on its way")
    mark_failed(browser, stopped)
    fleet.wait(
        lambda: fleet.run_state(DAG, run_id(stopped)) == "failed" and not fleet.delivering(),
        "the run is stopped and its batches are settled",
    )
    fleet.sandbox.clear_faults()
    halfway = len(fleet.sandbox.events(limit=10**6))

    again = trigger(browser, airflow, DAG, what=events, days=days, is_dry_run=False)
    assert fleet.finish(DAG, run_id(again), seconds=900) == "success"
    browser.open(f"{again}/tasks/plan")
    browser.wait_for_text("Going on with backfill 2")
    browser.open(f"{again}/tasks/report")
    browser.wait_for_text("Success")
    browser.picture("backfill-report")
    check_world(fleet, halfway=halfway, backfill_id=2)


def run_id(address: str) -> str:
    """Return the run whose page it is."""
    return address.rpartition("/runs/")[2]
