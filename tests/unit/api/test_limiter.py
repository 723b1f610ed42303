"""The limiter in memory; what it shares with the one in the warehouse is in tests/integration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_tiktok.api.limiter import (
    EVENTS_QUOTA,
    TIERS,
    Quota,
    _Meter,
    quota_of,
)
from tests.unit.api.windows import most_in

START = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)


class Time:
    """A clock that tests move."""

    def __init__(self, start: datetime = START) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@settings(max_examples=60)
@given(
    steps=st.lists(st.tuples(st.floats(0, 3), st.integers(1, 40)), max_size=40),
    per_second=st.integers(1, 20),
    per_minute=st.integers(5, 60),
)
def test_no_schedule_of_calls_exceeds_any_window(
    steps: list[tuple[float, int]], per_second: int, per_minute: int
) -> None:
    time, meter = Time(), _Meter(Quota(per_second, per_minute, 10**6))
    moments = []
    for pause, calls in steps:
        time.advance(pause)
        moments += [time().timestamp() for _ in range(calls) if meter.acquire(time()) == 0]
    assert most_in(moments, 1.0) <= per_second
    assert most_in(moments, 60.0) <= per_minute


def test_the_day_ends_at_midnight_utc() -> None:
    time = Time(datetime(2026, 10, 31, 23, 59, 0, tzinfo=UTC))
    meter = _Meter(Quota(100, 1000, 3))
    assert [meter.acquire(time()) for _ in range(4)] == [0, 0, 0, 60]
    time.advance(60)
    assert meter.acquire(time()) == 0


def test_events_have_one_quota_on_every_tier() -> None:
    assert {quota_of("events", tier) for tier in TIERS} == {EVENTS_QUOTA}


@pytest.mark.parametrize(("group", "tier"), [("general", "gold"), ("video", "basic")])
def test_an_unknown_tier_or_group_is_named(group: str, tier: str) -> None:
    with pytest.raises(ValueError, match=r"gold|video"):
        quota_of(group, tier)
