"""The operators that forget people, pause a pixel and send test events, in a DAG of one's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.operators.event_care import (
    TikTokForgetPeopleOperator,
    TikTokPausePixelOperator,
    TikTokReplayEventsOperator,
)
from airflow_provider_tiktok.operators.trial_events import TikTokSendTestEventsOperator

if TYPE_CHECKING:
    from airflow_provider_tiktok.operators.base import TikTokOperator
    from sandbox.world import World

    from .conftest import Stage

US = "CUS00000000000000001"


class OwnDag:
    """As much of a DAG as these operators ask for."""

    dag_id = "own_dag"


def run(operator: TikTokOperator) -> Any:
    return operator.execute({"dag": OwnDag, "run_id": "today"})  # type: ignore[arg-type, typeddict-item]


def test_a_dag_may_pause_a_pixel_and_the_receipts_say_who(delivered: Stage) -> None:
    run(TikTokPausePixelOperator(task_id="pause", pixel_code=US))
    found = "select event_source_id, paused_by from tiktok_ops.delivery_controls where is_paused"
    assert delivered.rows(found) == [(US, "own_dag today")]
    run(TikTokPausePixelOperator(task_id="resume", pixel_code=US, is_paused=False))
    assert delivered.rows(found) == []


def test_a_dag_may_forget_people(delivered: Stage) -> None:
    ((subject_key, events),) = delivered.rows(
        "select subject_key, count(*) from tiktok_ops.event_payloads where subject_key is not null "
        "group by 1 order by 2 desc, 1 limit 1"
    )
    counts = run(TikTokForgetPeopleOperator(task_id="forget", subject_keys=[subject_key]))
    assert counts == {"events": events, "stopped": 0}
    assert delivered.rows("select forgotten_by from tiktok_ops.forgotten_subjects") == [
        ("own_dag today",)
    ]


def test_people_to_forget_may_be_one_text(delivered: Stage) -> None:
    two = delivered.rows(
        "select subject_key from tiktok_ops.event_payloads where subject_key is not null "
        "group by 1 order by 1 limit 2"
    )
    keys = ", ".join(key for (key,) in two)
    assert run(TikTokForgetPeopleOperator(task_id="forget", subject_keys=keys))["events"] >= 2
    left = "select count(*) from tiktok_ops.event_payloads where subject_key = any(%s)"
    assert delivered.rows(left, [key for (key,) in two]) == [(0,)]


@pytest.mark.parametrize("keys", ["", " , ", [], [""]])
def test_to_forget_nobody_is_a_slip(delivered: Stage, keys: str | list[str]) -> None:
    with pytest.raises(Exception, match="subject_keys names nobody"):
        run(TikTokForgetPeopleOperator(task_id="forget", subject_keys=keys))


def test_a_dag_may_send_test_events_of_a_view(delivered: Stage, world: World) -> None:
    delivered.at(world.end)
    before = len(delivered.sandbox.events())
    counts = run(
        TikTokSendTestEventsOperator(
            task_id="try",
            relation="analytics.exp_tiktok__refund_events",
            test_event_code="TEST1",
            limit=2,
        )
    )
    assert counts == {"sent": 2, "not_sent": 0}
    assert {one["decision"] for one in delivered.sandbox.events()[before:]} == {"test"}


def test_a_replay_of_a_dag_refuses_a_time_that_is_none() -> None:
    operator = TikTokReplayEventsOperator(task_id="replay", since="yesterday")
    with pytest.raises(Exception, match="since is 'yesterday'; it takes a time such as"):
        operator.run_job({})  # type: ignore[arg-type, typeddict-item]


@pytest.mark.parametrize("text", ["", "yes", "1", "None"])
def test_a_replay_that_may_not_be_a_dry_run_does_nothing(delivered: Stage, text: str) -> None:
    for name in ("is_dry_run", "past_horizon"):
        operator = TikTokReplayEventsOperator(task_id="replay", states="delivered", **{name: text})
        with pytest.raises(Exception, match=f"{name} is '{text}'; it takes True or False"):
            run(operator)
    assert delivered.rows("select count(*) from tiktok_ops.event_replays") == [(0,)]


def test_times_without_a_zone_are_in_utc() -> None:
    from airflow_provider_tiktok.operators.event_care import _time  # noqa: PLC0415 - its rule alone

    assert _time("since", "2026-11-01") == datetime(2026, 11, 1, tzinfo=UTC)
