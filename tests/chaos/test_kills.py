"""The delivery promise under kill -9: nothing lost, nothing made up, nothing acknowledged twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.driver import run
from tests.chaos.plan import Plan

if TYPE_CHECKING:
    from pathlib import Path

PLAN = Plan(
    seed=1,
    kills=200,
    events=1_600,
    pause=0.02,
    weights={"kill": 0.85, "stop": 0.07, "cut": 0.07, "sandbox": 0.01},
)


def test_200_kills_lose_nothing_and_make_nothing_up(warehouse: str, tmp_path: Path) -> None:
    report = run(PLAN, warehouse, tmp_path)

    assert report.blows["kill"] == PLAN.kills
    assert report.findings.found == {}, f"python -m tests.chaos --seed {PLAN.seed}"
    # The storm was one: workers died and slept with events in hand, and calls went wrong.
    assert report.findings.numbers["resent"] > 50
    assert report.blows["stop"] > 5
    assert len(report.faults) > 5
