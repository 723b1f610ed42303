"""tiktok_backfill: a plan first, then what was asked for, nothing twice, and a report."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.operators import backfill_spend
from airflow_provider_tiktok.warehouse import spend_estimate

if TYPE_CHECKING:
    from sandbox.world import World

    from .conftest import Sent, Stage

RANGE = {"from_date": "2026-10-31", "to_date": "2026-11-02"}
EVENTS = ["conversions", "refunds"]
COUNTS = """
select kind, outcome, sum(quantity)::int from tiktok_ops.backfill_counts
where phase = %s and backfill_id = (select max(backfill_id) from tiktok_ops.backfills)
group by kind, outcome
"""
OUTBOX = "select state, count(*)::int from tiktok_ops.event_outbox group by state"


def counts(stage: Stage, phase: str) -> dict[tuple[str, str], int]:
    return {(kind, outcome): quantity for kind, outcome, quantity in stage.rows(COUNTS, phase)}


def events_once(stage: Stage) -> int:
    """How many events TikTok took; fails when it took one of them twice."""
    taken = Counter(
        (e["event_source_id"], e["event"], e["event_id"]) for e in stage.sandbox.events()
    )
    assert [key for key, times in taken.items() if times > 1] == []
    return len(taken)


def test_a_dry_run_keeps_the_plan_and_does_nothing(exported: Stage, world: World) -> None:
    pulls = exported.rows("select count(*) from tiktok_raw.report_pulls")
    run = exported.run("tiktok_backfill", world.end, what=["spend", *EVENTS], **RANGE)
    assert run.state == "success"
    assert "Spend: 3 advertisers, 3 days from 2026-10-31 to 2026-11-02, about 12 calls" in run.log
    skipped = {name for (name, _), state in run.states.items() if state == "skipped"}
    assert {"pull_spend", "enqueue_events", "deliver", "report", "send_test_events"} <= skipped
    assert exported.rows("select count(*) from tiktok_raw.report_pulls") == pulls
    assert (exported.rows(OUTBOX), exported.sandbox.events()) == ([], [])
    planned = counts(exported, "planned")
    assert planned["conversions", "new"] > 100
    assert planned["conversions", "without_consent"] == 1, planned
    progress = "select state, slices_done from tiktok_ops.backfill_progress"
    assert exported.rows(progress) == [("dry_run", 0)]


def test_spend_of_a_range_is_read_day_by_day(imported: Stage, world: World) -> None:
    run = imported.run("tiktok_backfill", world.end, what=["spend"], is_dry_run=False, **RANGE)
    assert run.state == "success"
    read = (
        "select distinct start_date::text, end_date::text from tiktok_raw.report_pulls "
        "where time_dimension = 'stat_time_hour' order by 1"
    )
    assert imported.rows(read) == [
        ("2026-10-31", "2026-10-31"), ("2026-11-01", "2026-11-01"), ("2026-11-02", "2026-11-02"),
    ]  # fmt: skip
    for number in range(3):
        result = run.results["pull_spend", number]
        assert (result["pulls"], result["rows_changed"] > 0) == (4, True)  # and the totals
    assert counts(imported, "reported") == {("spend", "read"): 9}
    assert "Backfill 1 is done: 3 slices." in run.log


def test_days_that_would_take_hours_of_paging_come_as_report_tasks(
    imported: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spend_estimate, "LONGEST_SYNC_MINUTES", 0.0)
    monkeypatch.setattr(backfill_spend, "REPORT_WAIT", timedelta(seconds=0.1))
    imported.sandbox.switch(report_task_seconds=0)
    run = imported.run("tiktok_backfill", world.end, what=["spend"], is_dry_run=False, **RANGE)
    assert run.state == "success", run.log
    modes = "select distinct report_mode, data_level from tiktok_raw.report_pulls order by 2"
    assert imported.rows(modes) == [("async", "AUCTION_AD"), ("sync", "AUCTION_ADVERTISER")]
    # A report task may leave out deleted ads, so it proves no day complete.
    assert counts(imported, "reported") == {("spend", "incomplete"): 9}


def test_where_tiktok_allows_no_report_tasks_the_days_are_read_page_by_page(
    imported: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spend_estimate, "LONGEST_SYNC_MINUTES", 0.0)
    imported.sandbox.switch(report_tasks_allowed=False)
    run = imported.run("tiktok_backfill", world.end, what=["spend"], is_dry_run=False, **RANGE)
    assert run.state == "success", run.log
    assert "Reading page by page, because TikTok refuses report tasks: " in run.log
    modes = "select distinct report_mode from tiktok_raw.report_pulls"
    assert imported.rows(modes) == [("sync",)]
    assert counts(imported, "reported") == {("spend", "read"): 9}


def test_only_the_advertisers_of_the_form_are_read(imported: Stage, world: World) -> None:
    chosen = ["7000000000000000002"]
    imported.run(
        "tiktok_backfill", world.end, what=["spend"], advertisers=chosen, is_dry_run=False, **RANGE
    )
    assert imported.rows("select distinct advertiser_id from tiktok_raw.report_pulls") == [
        (chosen[0],)
    ]


def test_what_was_planned_is_what_is_reported(exported: Stage, world: World) -> None:
    run = exported.run("tiktok_backfill", world.end, what=EVENTS, is_dry_run=False, **RANGE)
    assert run.state == "success"
    planned, reported = counts(exported, "planned"), counts(exported, "reported")
    for kind in EVENTS:
        ends = {outcome: n for (found, outcome), n in reported.items() if found == kind}
        assert sum(ends.values()) == sum(n for (found, _), n in planned.items() if found == kind)
        assert ends["sent"] + ends.get("refused", 0) + ends.get("waiting", 0) >= 1
    assert planned["conversions", "without_consent"] == reported["conversions", "without_consent"]
    sent = sum(n for (_, outcome), n in reported.items() if outcome == "sent")
    assert events_once(exported) == sent > 100


def test_what_the_hourly_run_sent_is_not_sent_again(sent: Sent, world: World) -> None:
    before = len(sent.stage.sandbox.events())
    later = world.end + timedelta(hours=1)
    run = sent.stage.run("tiktok_backfill", later, what=EVENTS, is_dry_run=False, **RANGE)
    assert run.state == "success"
    assert {state for (name, _), state in run.states.items() if name == "deliver"} == {"success"}
    assert events_once(sent.stage) == before > 100
    assert counts(sent.stage, "reported")["conversions", "already_sent"] > 100


def test_the_hourly_run_sends_the_days_that_the_backfill_left(
    exported: Stage, world: World
) -> None:
    days = {"from_date": "2026-11-01", "to_date": "2026-11-01"}
    exported.run("tiktok_backfill", world.end, what=EVENTS, is_dry_run=False, **days)
    in_range = events_once(exported)
    exported.run("tiktok_events", world.end)
    assert events_once(exported) > in_range > 0


def test_the_same_request_goes_on_and_repeats_no_slice_that_is_done(
    imported: Stage, world: World
) -> None:
    asked: dict[str, Any] = {"what": ["spend"], "is_dry_run": False, **RANGE}
    imported.sandbox.revoke("sandbox-access-token")
    first = imported.run("tiktok_backfill", world.end, **asked)
    assert first.state == "failed"
    assert "Backfill 1: 0 of 3 slices are done" in first.log
    imported.write(
        "update tiktok_ops.backfill_slices set state = 'done', finished_at = now() "
        "where subject = '7000000000000000001'"
    )
    others = ["7000000000000000002", "7000000000000000003"]
    imported.sandbox.grant("second-access-token", advertiser_ids=others)
    imported.connect_as(access_token="second-access-token")  # noqa: S106 - the sandbox's
    again = imported.run("tiktok_backfill", world.end, **asked)
    assert "Going on with backfill 1: 2 of 3 slices are left." in again.log
    assert again.state == "success"
    read = "select distinct advertiser_id from tiktok_raw.report_pulls where is_complete order by 1"
    assert imported.rows(read) == [(advertiser_id,) for advertiser_id in others]
    assert imported.rows("select state from tiktok_ops.backfill_progress") == [("done",)]


def test_events_past_tiktoks_age_are_recorded_and_counted(exported: Stage, world: World) -> None:
    exported.write(
        "update analytics.exp_tiktok__conversion_events "
        "set event_time = event_time - interval '10 days'"
    )
    days = {"from_date": "2026-10-20", "to_date": "2026-11-02"}
    run = exported.run("tiktok_backfill", world.end, what=["conversions"], is_dry_run=False, **days)
    assert run.state == "success"
    assert exported.sandbox.events() == []
    planned, reported = counts(exported, "planned"), counts(exported, "reported")
    assert planned["conversions", "too_old"] == reported["conversions", "too_old"] > 100
    assert dict(exported.rows(OUTBOX))["expired"] == reported["conversions", "too_old"]


def test_a_test_event_code_leaves_the_outbox_alone(exported: Stage, world: World) -> None:
    asked = {"what": EVENTS, "is_dry_run": False, "test_event_code": "TEST12345", **RANGE}
    run = exported.run("tiktok_backfill", world.end, **asked)
    assert run.state == "success"
    assert run.results["send_test_events", 0]["sent"] > 0
    assert exported.rows(OUTBOX) == []
    assert all(event["test_event_code"] == "TEST12345" for event in exported.sandbox.events())


def test_no_result_of_a_task_says_more_than_counts_and_ids(exported: Stage, world: World) -> None:
    run = exported.run("tiktok_backfill", world.end, what=["spend", *EVENTS], is_dry_run=False,
                       **RANGE)  # fmt: skip
    said = json.dumps([*run.results.values()], default=str) + run.log
    query = """
    select distinct unnest(array[email, phone, ttclid, ip, external_id]::text[])
    from analytics.exp_tiktok__conversion_events
    """
    personal = {value for (value,) in exported.rows(query) if value}
    assert len(personal) > 100
    assert [value for value in personal if value in said] == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"what": ["spend"], "from_date": None, "to_date": None}, "is no range of days: give both"),
        ({"what": ["spend"], "from_date": "2026-11-02", "to_date": "2026-11-01"},
         "The range ends (2026-11-01) before it begins (2026-11-02)"),
        ({"what": ["spend"], "from_date": "2027-01-01", "to_date": "2027-01-02"},
         "The range begins on 2027-01-01, a day that has begun nowhere yet."),
        ({"what": ["spend"], "from_date": "2026-11-01", "to_date": "2027-01-02"},
         "The range ends on 2027-01-02, a day that has begun nowhere yet."),
        ({"what": ["clicks"]}, "choose some of spend, conversions, refunds."),
        ({"what": EVENTS, "pixels": ["CXX0"]}, "No pixel CXX0 is known and switched on; known are"),
        ({"what": ["spend"], "advertisers": ["70"]}, "No advertiser 70 is known and switched on"),
        ({"what": EVENTS, "from_date": "2026-01-01", "to_date": "2026-01-31"},
         "TikTok takes events of the last 28 days only, so from 2026-10-06 on."),
        ({"what": EVENTS, "event_source": "web", "from_date": "2026-10-20",
          "to_date": "2026-10-22"}, "TikTok takes web events of the last 7 days only"),
    ],
    ids=["no dates", "backwards", "future", "ends in the future", "unknown", "pixel", "advertiser",
         "old", "old web"],
)  # fmt: skip
def test_what_cannot_work_is_refused_at_once(
    imported: Stage, world: World, asked: dict[str, Any], sentence: str
) -> None:
    run = imported.run("tiktok_backfill", world.end, **{**RANGE, **asked})
    assert run.state == "failed"
    assert sentence in run.log
    assert imported.rows("select count(*) from tiktok_ops.backfills") == [(0,)]
