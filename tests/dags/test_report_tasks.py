"""TikTokSpendReportTaskOperator defers, goes on, and orders nothing twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred

from airflow_provider_tiktok.operators.spend_tasks import TikTokSpendReportTaskOperator
from airflow_provider_tiktok.triggers.report_tasks import ReportTaskTrigger

if TYPE_CHECKING:
    from sandbox.world import World

    from .conftest import Stage

US = "7000000000000000001"
CONTEXT: Any = {"run_id": "backfill-1"}
DAYS = {"from_date": "2026-10-31", "to_date": "2026-11-02"}


def operator(**options: Any) -> TikTokSpendReportTaskOperator:
    """As each worker makes it, whether it begins or goes on."""
    return TikTokSpendReportTaskOperator(
        task_id="read", **{"advertiser_id": US, "first_wait": 0.1, **DAYS, **options}
    )


def deferred(run: Any, *arguments: Any, **options: Any) -> TaskDeferred:
    with pytest.raises(TaskDeferred) as found:
        run(*arguments, **options)
    return found.value


def ordered(stage: Stage) -> int:
    return len(stage.sandbox.requests(endpoint="report/task/create/"))


def test_days_are_read_by_one_report_task_while_no_worker_waits(
    imported: Stage, world: World
) -> None:
    imported.sandbox.switch(report_task_seconds=600)
    imported.at(world.end)
    first = deferred(operator().execute, CONTEXT)
    second = deferred(operator().resume, CONTEXT, "waited", **first.kwargs)
    assert (first.trigger.seconds, second.trigger.seconds) == (0.1, 0.2)
    imported.at(world.end + timedelta(minutes=11))
    counts = getattr(operator(), second.method_name)(CONTEXT, "waited", **second.kwargs)
    assert (counts["pulls"], counts["rows_changed"] > 100, ordered(imported)) == (2, True, 1)
    modes = "select report_mode, data_level, count(*) from tiktok_raw.report_pulls group by 1, 2"
    assert sorted(imported.rows(modes)) == [
        ("async", "AUCTION_AD", 1),
        ("sync", "AUCTION_ADVERTISER", 1),
    ]


def test_a_task_that_starts_anew_in_the_same_run_orders_nothing_again(
    imported: Stage, world: World
) -> None:
    imported.sandbox.switch(report_task_seconds=600)
    imported.at(world.end)
    for _ in range(3):
        deferred(operator().execute, CONTEXT)
    assert ordered(imported) == 1
    assert imported.rows("select count(*) from tiktok_ops.report_tasks") == [(1,)]


def test_days_that_no_task_can_do_are_read_by_pages(imported: Stage, world: World) -> None:
    imported.sandbox.switch(report_task_seconds=0, failing_report_tasks=100)
    imported.at(world.end)
    counts = operator().execute(CONTEXT)
    assert counts["pulls"] == 4
    states = imported.rows("select distinct state from tiktok_ops.report_tasks")
    assert states == [("failed",)]


@pytest.mark.parametrize(
    ("switches", "options", "sentence"),
    [
        ({"report_tasks_allowed": False}, {}, "NOT_IN_WHITELIST|allowlist"),
        ({}, {"from_date": "2026-11-03"}, "swap the dates"),
        ({}, {"from_date": "soon"}, "is no range of days"),
        ({}, {"advertiser_id": "7000000000000000009"}, "is not imported"),
    ],
    ids=["not allowed", "backwards", "no date", "not granted"],
)
def test_what_cannot_work_ends_with_a_sentence(
    imported: Stage,
    world: World,
    switches: dict[str, Any],
    options: dict[str, Any],
    sentence: str,
) -> None:
    imported.sandbox.switch(**switches)
    imported.at(world.end)
    with pytest.raises(AirflowFailException, match=sentence):
        operator(**options).execute(CONTEXT)


def test_the_trigger_is_made_again_from_what_it_says_of_itself_and_fires_once() -> None:
    path, values = ReportTaskTrigger(0.01, "1 report").serialize()
    assert path == "airflow_provider_tiktok.triggers.report_tasks.ReportTaskTrigger"

    async def events() -> list[object]:
        return [event.payload async for event in ReportTaskTrigger(**values).run()]

    assert asyncio.run(events()) == ["1 report"]
