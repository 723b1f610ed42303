"""What every limiter must do, whatever it keeps its counts in. Import and call with your own.

Each rule takes a `Bench`: the limiter, a clock that the rule moves, and the tier of the limiter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.limiter import quota_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from airflow_provider_tiktok.api.limiter import Limiter


@dataclass
class Bench:
    """A limiter and its time. `advance` moves its clock by seconds, back when negative."""

    limiter: Limiter
    now: Callable[[], datetime]
    advance: Callable[[float], None]
    tier: str = "basic"

    def drain(self, group: str, seconds: float) -> list[float]:
        """Acquire as fast as allowed for `seconds`; return the moments of the permits."""
        begin = self.now().timestamp()
        permits = []
        while (now := self.now().timestamp()) < begin + seconds:
            wait = self.limiter.acquire(group)
            if wait == 0:
                permits.append(now)
            else:
                self.advance(min(wait, begin + seconds - now + 0.001))
        return permits


def most_in(moments: list[float], width: float) -> int:
    """Return the most moments in any window of `width` seconds."""
    most, first = 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - width:
            first += 1
        most = max(most, last - first + 1)
    return most


def never_more_than_the_quota_and_nearly_all_of_it(bench: Bench) -> None:
    """In no second and no minute more than allowed, and at least 90 % of it over 3 minutes."""
    quota = quota_of("general", bench.tier)
    moments = bench.drain("general", 180)
    assert most_in(moments, 1.0) <= quota.per_second
    assert most_in(moments, 60.0) <= quota.per_minute
    assert len(moments) >= 0.9 * min(180 * quota.per_second, 3 * quota.per_minute)


def creating_report_tasks_is_once_a_second(bench: Bench) -> None:
    """The group report_task has a quota of its own."""
    moments = bench.drain("report_task", 30)
    assert most_in(moments, 1.0) == 1
    assert len(moments) >= 27


def groups_do_not_use_up_each_other(bench: Bench) -> None:
    """Events leave while the general quota is used up."""
    while bench.limiter.acquire("general") == 0:
        pass
    assert bench.limiter.acquire("events") == 0
    assert bench.limiter.acquire("report_task") == 0


def a_cool_down_stops_its_group_only_and_ends(bench: Bench) -> None:
    """No permit before the cool-down ends, and one after it."""
    bench.limiter.cool_down("general", 300)
    assert 299 <= bench.limiter.acquire("general") <= 300
    assert bench.limiter.acquire("events") == 0
    bench.advance(299)
    assert 0 < bench.limiter.acquire("general") <= 1.01
    bench.advance(1.1)
    assert bench.limiter.acquire("general") == 0


def a_shorter_cool_down_does_not_end_a_longer_one(bench: Bench) -> None:
    """Whoever heard the longer restriction last or first, all wait for it."""
    bench.limiter.cool_down("general", 300)
    bench.limiter.cool_down("general", 5)
    assert bench.limiter.acquire("general") > 290


def a_clock_that_goes_back_stops_nobody_for_longer_than_a_minute(bench: Bench) -> None:
    """An hour's step back costs at most one window."""
    while bench.limiter.acquire("general") == 0:
        pass
    bench.advance(-3600)
    assert 0 < bench.limiter.acquire("general") <= 63
    bench.advance(63.1)
    assert bench.limiter.acquire("general") == 0


RULES = (
    never_more_than_the_quota_and_nearly_all_of_it,
    creating_report_tasks_is_once_a_second,
    groups_do_not_use_up_each_other,
    a_cool_down_stops_its_group_only_and_ends,
    a_shorter_cool_down_does_not_end_a_longer_one,
    a_clock_that_goes_back_stops_nobody_for_longer_than_a_minute,
)
