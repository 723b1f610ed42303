"""What both limiters promise, the one in memory and the one in the warehouse."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_tiktok.api.limiter import TIERS, quota_of
from tests.unit.api.windows import most_in


def take(limiter, group, most):
    """Return how many calls may go at this moment, at most so many."""
    for number in range(most):
        if limiter.acquire(group) > 0:
            return number
    return most


def run(limiter, clock, group, seconds, pause):
    """Call as fast as allowed, `pause` apart, and return when each call went."""
    until = clock.seconds + seconds
    went = []
    while clock.seconds < until:
        wait = limiter.acquire(group)
        if wait == 0:
            went.append(clock.seconds)
        clock.seconds += wait or pause
    return went


@pytest.mark.parametrize("tier", TIERS)
def test_a_rested_app_may_use_its_whole_second_at_once(make_limiter, tier):
    limiter = make_limiter(tier)

    assert take(limiter, "general", 60) == TIERS[tier].per_second


@pytest.mark.parametrize("group", ["general", "events", "report_task"])
def test_no_window_is_ever_too_full_and_the_quota_is_used(make_limiter, clock, group):
    limiter, quota = make_limiter(), quota_of(group, "basic")
    seconds = 10.0 if group == "events" else 200.0

    went = run(limiter, clock, group, seconds, pause=0.0004)

    assert most_in(went, 1.0) <= quota.per_second
    assert most_in(went, 60.0) <= quota.per_minute
    # The first second may be used at once, the rest comes at nine tenths of the rate at least.
    rate = min(quota.per_second, quota.per_minute / 60)
    assert len(went) >= 0.9 * rate * seconds


@settings(max_examples=25)
@given(pauses=st.lists(st.floats(0.0, 3.0), min_size=1, max_size=60))
def test_no_rhythm_of_calls_fills_a_window_too_much(make_limiter, clock, pauses):
    limiter = make_limiter()
    clock.seconds += 100.0
    went = []
    for pause in pauses:
        clock.seconds += pause
        while limiter.acquire("general") == 0:
            went.append(clock.seconds)
            clock.seconds += 0.001

    assert most_in(went, 1.0) <= 10


def test_after_the_wait_that_was_named_a_call_goes(make_limiter, clock):
    limiter = make_limiter()
    for _ in range(1500):
        wait = limiter.acquire("general")
        assert 0 <= wait <= 62
        # A wait is a float: the last thousandth of a second may be asked for again.
        clock.seconds += wait + 0.001 if wait else 0
        if wait:
            assert limiter.acquire("general") == 0


def test_a_day_holds_no_more_than_the_tier_allows(make_limiter, clock):
    limiter = make_limiter()
    went = 0
    # 4,500 report tasks a day, in steps that neither the second nor the minute forbids.
    for _ in range(4600):
        went += limiter.acquire("report_task") == 0
        clock.seconds += 1.2

    assert went == 4500
    wait = limiter.acquire("report_task")
    assert clock.now() + timedelta(seconds=wait) == clock.now().replace(
        hour=0, minute=0, second=0, microsecond=0
    ) + timedelta(days=1)


def test_midnight_utc_gives_a_new_day(make_limiter, clock):
    limiter = make_limiter()
    while (wait := limiter.acquire("report_task")) < 3600:
        clock.seconds += wait or 1.2

    clock.seconds += wait

    assert limiter.acquire("report_task") == 0


def test_groups_do_not_share_a_quota(make_limiter):
    limiter = make_limiter()
    take(limiter, "general", 60)

    assert take(limiter, "events", 60) == 60
    assert limiter.acquire("general") > 0


def test_a_cool_down_holds_its_group_only(make_limiter, clock):
    limiter = make_limiter()
    limiter.acquire("events")

    limiter.cool_down("events", 300.0)

    assert limiter.acquire("events") == pytest.approx(300.0)
    assert limiter.acquire("general") == 0
    clock.seconds += 299.9
    assert limiter.acquire("events") == pytest.approx(0.1)
    clock.seconds += 0.2
    assert limiter.acquire("events") == 0


def test_a_shorter_cool_down_does_not_shorten_a_longer_one(make_limiter, clock):
    limiter = make_limiter()
    limiter.cool_down("general", 300.0)
    clock.seconds += 10

    limiter.cool_down("general", 5.0)

    assert limiter.acquire("general") == pytest.approx(290.0)


@pytest.mark.parametrize("hours", [1, 24 * 365])
def test_a_clock_that_was_set_back_makes_nobody_wait_for_the_future(make_limiter, clock, hours):
    limiter = make_limiter()
    take(limiter, "general", 60)
    limiter.cool_down("general", 30.0)

    clock.seconds -= 3600 * hours

    assert limiter.acquire("general") <= 31
    clock.seconds += 31
    assert limiter.acquire("general") == 0


def test_a_clock_that_was_set_back_forgets_no_call(make_limiter, clock):
    limiter = make_limiter()
    take(limiter, "general", 60)

    clock.seconds -= 3600

    assert limiter.acquire("general") > 0


def test_an_unknown_tier_is_named(make_limiter):
    with pytest.raises(ValueError, match="quota tier 'gold'"):
        make_limiter("gold")


@pytest.mark.parametrize("ask", ["acquire", "cool_down"])
def test_an_unknown_group_is_named(make_limiter, ask):
    limiter = make_limiter()
    more = (5.0,) if ask == "cool_down" else ()

    with pytest.raises(ValueError, match="quota group 'videos'"):
        getattr(limiter, ask)("videos", *more)


def test_creating_report_tasks_is_once_a_second(make_limiter, clock):
    went = run(make_limiter(), clock, "report_task", 30.0, pause=0.001)

    assert most_in(went, 1.0) == 1
    assert len(went) >= 27


def test_threads_share_one_quota(make_limiter):
    limiter = make_limiter()

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: limiter.acquire("general"), range(200)))

    assert waits.count(0) == 10


def test_clients_that_failed_at_once_do_not_come_back_at_once(make_limiter, clock):
    limiter = make_limiter()
    went, waiting = [], [0.0] * 200
    while waiting:
        waits = [limiter.acquire("general") for _ in waiting]
        went += [clock.seconds] * waits.count(0)
        waiting = [wait for wait in waits if wait > 0]
        clock.seconds += min(waiting, default=0)

    assert len(went) == 200
    assert most_in(went, 1.0) <= 10
