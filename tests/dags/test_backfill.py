"""tiktok_backfill: a plan first, then what was asked for, and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox.world import World

    from .conftest import Sent, Stage

RANGE = {"from_date": "2026-10-31", "to_date": "2026-11-02"}
EVENTS = ["conversions", "refunds"]


def outbox(stage: Stage) -> int:
    return int(stage.rows("select count(*) from tiktok_ops.event_outbox")[0][0])


def test_a_dry_run_says_the_price_and_does_nothing(exported: Stage, world: World) -> None:
    pulls = exported.rows("select count(*) from tiktok_raw.report_pulls")
    run = exported.run("tiktok_backfill", world.end, what=["spend", *EVENTS], **RANGE)
    assert run.state == "success"
    assert "Spend: 3 advertisers, 3 days from 2026-10-31 to 2026-11-02" in run.log
    assert run.results["enqueue_events", 0]["enqueued"] > 100
    assert (run.states["pull_spend", -1], run.states["deliver", -1]) == ("skipped", "skipped")
    assert exported.rows("select count(*) from tiktok_raw.report_pulls") == pulls
    assert (outbox(exported), exported.sandbox.events()) == (0, [])


def test_spend_of_a_range_is_read_day_by_day(imported: Stage, world: World) -> None:
    run = imported.run("tiktok_backfill", world.end, what=["spend"], is_dry_run=False, **RANGE)
    assert run.state == "success"
    read = (
        "select distinct start_date::text, end_date::text from tiktok_raw.report_pulls order by 1"
    )
    assert imported.rows(read) == [
        ("2026-10-31", "2026-10-31"), ("2026-11-01", "2026-11-01"), ("2026-11-02", "2026-11-02"),
    ]  # fmt: skip
    for number in range(3):
        counts = run.results["pull_spend", number]
        assert (counts["pulls"], counts["rows_changed"] > 0) == (3, True)


def test_what_the_hourly_run_sent_is_not_sent_again(sent: Sent, world: World) -> None:
    before = len(sent.stage.sandbox.events())
    run = sent.stage.run("tiktok_backfill", world.end, what=EVENTS, is_dry_run=False)
    assert run.state == "success"
    assert {state for (name, _), state in run.states.items() if name == "deliver"} == {"success"}
    assert len(sent.stage.sandbox.events()) == before > 100


def test_a_test_event_code_leaves_the_outbox_alone(exported: Stage, world: World) -> None:
    run = exported.run(
        "tiktok_backfill", world.end, what=EVENTS, is_dry_run=False, test_event_code="TEST12345"
    )
    assert run.state == "success"
    assert run.results["send_test_events", 0]["sent"] > 0
    assert outbox(exported) == 0
    assert all(event["test_event_code"] == "TEST12345" for event in exported.sandbox.events())


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"what": ["spend"]}, "is no range of days: give both"),
        ({"what": ["spend"], "from_date": "2026-11-02", "to_date": "2026-11-01"},
         "The range ends (2026-11-01) before it begins (2026-11-02)"),
        ({"what": ["spend"], "from_date": "2027-01-01", "to_date": "2027-01-02"},
         "The range begins on 2027-01-01, which is after today"),
        ({"what": ["clicks"]}, "choose some of spend, conversions, refunds."),
    ],
    ids=["no dates", "backwards", "future", "unknown"],
)  # fmt: skip
def test_what_cannot_work_is_refused_at_once(
    imported: Stage, world: World, asked: dict[str, Any], sentence: str
) -> None:
    run = imported.run("tiktok_backfill", world.end, **asked)
    assert run.state == "failed"
    assert sentence in run.log
