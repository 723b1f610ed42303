"""The limiter in the warehouse keeps a greater distance after TikTok refused a call."""

from __future__ import annotations

import pytest

from airflow_provider_tiktok.warehouse.limiter import DatabaseLimiter

HALF_A_DAY = 12 * 3600.0
A_DAY = 2 * HALF_A_DAY


@pytest.fixture
def limiter(warehouse, clock):
    """Return the limiter of an app at noon."""
    made = DatabaseLimiter(warehouse, "app", "basic", clock=clock.now, monotonic=clock.monotonic)
    yield made
    made.close()


def second_comes_back_after(limiter, clock):
    """Use up a second of the quota and return after how many seconds a call may go again."""
    clock.seconds += 2.0
    began = clock.seconds
    for _ in range(10):
        assert limiter.acquire("general") == 0.0
    while (wait := limiter.acquire("general")) > 0:
        clock.seconds += wait
    return clock.seconds - began


def refuse(limiter, clock, times=1):
    """Let TikTok refuse so many calls at once, and the cool-down pass."""
    for _ in range(times):
        limiter.cool_down("general", 300.0)
    clock.seconds += 301.0


def test_ten_calls_come_back_after_104_hundredths_of_a_second(limiter, clock):
    assert second_comes_back_after(limiter, clock) == pytest.approx(1.04, abs=0.006)


def test_each_refusal_doubles_the_distance_up_to_a_bound(limiter, clock):
    second_comes_back_after(limiter, clock)
    found = []
    for _ in range(5):
        refuse(limiter, clock)
        found.append(second_comes_back_after(limiter, clock))

    assert found == pytest.approx([1.075, 1.145, 1.285, 1.285, 1.285], abs=0.006)


def test_what_many_workers_tell_of_one_restriction_doubles_it_once(limiter, clock):
    second_comes_back_after(limiter, clock)

    refuse(limiter, clock, times=8)

    assert second_comes_back_after(limiter, clock) == pytest.approx(1.075, abs=0.006)


def test_every_utc_day_halves_the_distance_again(limiter, clock):
    second_comes_back_after(limiter, clock)
    refuse(limiter, clock)
    refuse(limiter, clock)
    clock.seconds = HALF_A_DAY + 1.0
    found = []
    for _ in range(3):
        found.append(second_comes_back_after(limiter, clock))
        clock.seconds += A_DAY

    assert found == pytest.approx([1.07, 1.04, 1.04], abs=0.006)


def test_a_short_cool_down_forgets_no_call(limiter, clock):
    for _ in range(10):
        assert limiter.acquire("general") == 0.0
    limiter.cool_down("general", 0.01)
    clock.seconds += 0.5

    assert limiter.acquire("general") > 0.5
