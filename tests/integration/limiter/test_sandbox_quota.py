"""The sandbox counts as TikTok does, and eight processes never make it refuse a call."""

from __future__ import annotations

import pytest

from tests.integration.limiter.shared_quota import run, workers


@pytest.mark.parametrize(
    ("minutes", "kill_every"),
    [
        pytest.param(2, 20.0, id="two minutes, five killed"),
        pytest.param(10, None, marks=pytest.mark.long, id="ten minutes"),
        pytest.param(10, 60.0, marks=pytest.mark.long, id="ten minutes, nine killed"),
    ],
)
def test_no_call_is_throttled_and_nine_tenths_of_the_quota_are_used(
    warehouse, world, minutes, kill_every
):
    with workers(warehouse, spares=10 if kill_every else 0) as them:
        found = run(them, world, minutes, kill_every=kill_every)

    assert found.is_good, found
    assert found.killed == (0 if kill_every is None else round(60 * minutes / kill_every) - 1)
