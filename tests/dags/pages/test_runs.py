"""The page behind a task's button: what its run did, for those who may see the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow.sdk.types import TaskInstanceKey

from airflow_provider_tiktok.operators.backfill import TikTokPlanBackfillOperator
from airflow_provider_tiktok.operators.links import ReceiptsLink

if TYPE_CHECKING:
    from sandbox.world import World
    from tests.dags.conftest import Stage

    from .conftest import Person

RUN_ID = "manual__2026-11-03T00:00:00+00:00"
ASKED = {"what": ["spend"], "is_dry_run": False,
         "from_date": "2026-11-01", "to_date": "2026-11-02"}  # fmt: skip


def link() -> str:
    """Return where the button of a task of the run leads."""
    task = TikTokPlanBackfillOperator(task_id="plan", what="", from_date="", to_date="")
    key = TaskInstanceKey("tiktok_backfill", "plan", RUN_ID, 1, -1)
    parts = urlsplit(ReceiptsLink().get_link(task, ti_key=key))
    assert parts.path.startswith("/tiktok/connections/tiktok_default/runs/manual__")
    return parts.path


def test_a_run_shows_its_backfill_and_what_it_read(
    imported: Stage, world: World, admin: Person
) -> None:
    assert imported.run("tiktok_backfill", world.end, **ASKED).state == "success"
    shown = admin.get(link())
    assert shown.status_code == 200
    for text in ("Backfill 1", "2026-11-01 to 2026-11-02", "3 of 3", "7000000000000000002"):
        assert text in shown.text
    assert "days read completely" in shown.text


def test_a_run_that_did_nothing_says_so(stage: Stage, admin: Person) -> None:
    shown = admin.get("/tiktok/connections/tiktok_default/runs/manual__nothing")
    assert "called TikTok neither for spend nor for events of tiktok_default" in shown.text


def test_only_those_who_may_see_the_connection_see_its_runs(
    stage: Stage, people: dict[str, Person]
) -> None:
    answers = {name: people[name].get(link()).status_code for name in ("op", "viewer", "stranger")}
    assert answers == {"op": 200, "viewer": 403, "stranger": 401}
