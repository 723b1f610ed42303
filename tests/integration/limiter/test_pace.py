"""A pace: those who may wait keep within a share of the quota together, and leave the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow_provider_tiktok.api.limiter import Quota
from airflow_provider_tiktok.warehouse.limiter import DatabaseLimiter
from airflow_provider_tiktok.warehouse.limiter_pace import PacedLimiter

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


def granted(limiter, seconds, clock):
    """Ask as often as it takes for some seconds and return how many calls were granted."""
    calls, ends = 0, clock[0] + timedelta(seconds=seconds)
    while clock[0] < ends:
        wait = limiter.acquire("general")
        calls += wait == 0
        clock[0] += timedelta(seconds=wait)
    return calls


def test_a_share_of_a_quota_is_at_least_one_call():
    assert Quota(10, 600, 864_000).part(0.25) == Quota(2, 150, 216_000)
    assert Quota(1, 60, 4_500).part(0.01) == Quota(1, 1, 45)


def test_backfills_share_their_share_and_hourly_work_keeps_the_rest(warehouse):
    clock = [START]

    def limiter(key, share):
        return DatabaseLimiter(
            warehouse, key, "basic", share=share, clock=lambda: clock[0], monotonic=lambda: 0.0
        )

    one, two = (PacedLimiter(limiter("app", 1.0), limiter("app backfills", 0.5)) for _ in range(2))
    hourly = limiter("app", 1.0)
    try:
        assert one.acquire("general") == two.acquire("general") == 0.0
        slow = granted(one, 30, clock)
        assert 0 < slow <= 30 * 5
        assert hourly.acquire("general") == 0.0
        one.cool_down("general", 20.0)
        assert hourly.acquire("general") > 10.0
    finally:
        for opened in (one, two, hourly):
            opened.close()
