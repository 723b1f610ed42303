"""`make demo` shows what it promises, twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import play

if TYPE_CHECKING:
    from tests.e2e.conftest import Demo


@pytest.mark.parametrize(
    "promise",
    [
        "What each campaign earned, after refunds",
        "How TikTok restated one hour",
        "do not add up to TikTok's latest number: 0",
        "What became of every event",
        "CancelOrder",
        "quarantined",
        "One receipt in full",
        "request_id",
        "Which signals the delivered events carried",
        "Took ",
        "Try next:",
    ],
)
def test_the_demo_shows(demo: Demo, promise: str) -> None:
    assert promise in demo.output


def test_a_second_run_finds_everything_done_and_says_the_same(demo: Demo) -> None:
    again = play(demo.folder)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "All 72 hours are there already" in again.stdout
    title = "What each campaign earned"
    first, second = (
        text[text.index(title) : text.index("\nTook ")] for text in (demo.output, again.stdout)
    )
    assert second == first
