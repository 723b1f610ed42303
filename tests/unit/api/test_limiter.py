"""The limiter in memory keeps the rules of every limiter, and some of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_tiktok.api.limiter import (
    EVENTS_QUOTA,
    TIERS,
    MemoryLimiter,
    Quota,
    _Meter,
    quota_of,
)
from tests.unit.api.limiter_rules import RULES, Bench, most_in

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)


class Time:
    """A clock that tests move."""

    def __init__(self, start: datetime = START) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_memory_limiter_keeps_the_rule(rule: Callable[[Bench], None]) -> None:
    time = Time()
    rule(Bench(MemoryLimiter("basic", time), time, time.advance))


@pytest.mark.parametrize("tier", TIERS)
def test_every_tier_is_used_to_90_percent_and_never_exceeded(tier: str) -> None:
    time = Time()
    RULES[0](Bench(MemoryLimiter(tier, time), time, time.advance, tier))


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


def test_whoever_waits_as_told_may_go() -> None:
    time = Time()
    limiter = MemoryLimiter("basic", time)
    for _ in range(100):
        wait = limiter.acquire("general")
        if wait > 0:
            time.advance(wait + 0.001)
            assert limiter.acquire("general") == 0


def test_the_day_ends_at_midnight_utc() -> None:
    time = Time(datetime(2026, 10, 31, 23, 59, 0, tzinfo=UTC))
    meter = _Meter(Quota(100, 1000, 3))
    assert [meter.acquire(time()) for _ in range(4)] == [0, 0, 0, 60]
    time.advance(60)
    assert meter.acquire(time()) == 0


def test_events_have_one_quota_on_every_tier() -> None:
    assert {quota_of("events", tier) for tier in TIERS} == {EVENTS_QUOTA}


def test_a_cool_down_does_not_grow_when_the_clock_goes_back() -> None:
    time = Time()
    limiter = MemoryLimiter("basic", time)
    limiter.cool_down("general", 300)
    time.advance(-3600)
    assert limiter.acquire("general") == pytest.approx(300)


def test_threads_share_one_quota() -> None:
    time = Time()
    limiter = MemoryLimiter("basic", time)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: limiter.acquire("general"), range(200)))
    assert waits.count(0) == 10


def test_a_thousand_clients_that_failed_at_once_do_not_come_back_at_once() -> None:
    time = Time()
    limiter = MemoryLimiter("basic", time)
    permits: list[float] = []
    waiting = [0.0] * 1000
    while waiting:
        waits = [limiter.acquire("general") for _ in waiting]
        permits += [time().timestamp()] * waits.count(0)
        waiting = [wait for wait in waits if wait > 0]
        time.advance(min(waiting, default=0))
    assert len(permits) == 1000
    assert most_in(permits, 1.0) <= 10


@pytest.mark.parametrize(("group", "tier"), [("general", "gold"), ("video", "basic")])
def test_an_unknown_tier_or_group_is_named(group: str, tier: str) -> None:
    with pytest.raises(ValueError, match=r"gold|video"):
        quota_of(group, tier)
