"""The quota as the sandbox counts it: never exceeded, nearly used up, its restriction obeyed."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.api.errors import ErrorClass
from airflow_provider_tiktok.api.limiter import TIERS
from airflow_provider_tiktok.api.messages import ApiRequest
from airflow_provider_tiktok.api.reports import ReportRequest, read_report
from tests.contract.api.bench import NOW, US, Bench

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.server import RunningSandbox

READ = ApiRequest("GET", "user/info/")


def counted(bench: Bench) -> tuple[int, int]:
    """Return how many calls of the general quota the sandbox allowed and refused."""
    (row,) = [one for one in bench.sandbox.state()["quota"] if one["group"] == "general"]
    return row["allowed"], row["refused"]


@pytest.mark.parametrize("tier", ["basic", "ultimate"])
def test_no_call_is_refused_and_nine_tenths_of_the_quota_are_used(
    tier: str, start: Callable[..., RunningSandbox]
) -> None:
    bench = Bench(start(switches={"tier": tier.capitalize()}), tier=tier)
    calls = TIERS[tier].per_second * 15
    for _ in range(calls):
        bench.client.call(READ)
    seconds = (bench.now() - NOW).total_seconds()
    assert counted(bench) == (calls, 0)
    assert calls >= 0.9 * TIERS[tier].per_second * seconds


def test_a_client_of_the_wrong_tier_is_throttled_and_then_waits(
    start: Callable[..., RunningSandbox],
) -> None:
    bench = Bench(start(switches={"tier": "Basic"}), tier="ultimate")
    outcomes = [bench.client.call_once(READ) for _ in range(12)]
    assert [one.error_class for one in outcomes] == [ErrorClass.SUCCESS] * 10 + [
        ErrorClass.THROTTLE
    ] * 2
    assert outcomes[10].code == 40100
    assert not outcomes[11].was_sent
    assert counted(bench) == (10, 1)
    bench.client.call(READ)
    assert bench.now() - NOW >= timedelta(seconds=300)
    assert counted(bench) == (11, 1)


def test_a_restriction_is_waited_out_and_never_prolonged(bench: Bench) -> None:
    bench.sandbox.switch(tier="Basic")
    bench.sandbox.script(["A06", "A06"], endpoint="accounts")
    bench.client.call(READ)
    moments = [one["at"] for one in bench.sandbox.requests()]
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert len(pauses) == 2
    assert min(pauses) >= 300


def test_no_report_request_is_repeated_unchanged_after_a_time_out(bench: Bench) -> None:
    bench.sandbox.switch(report_timeout_rows=1)
    days = ReportRequest(US, "AUCTION_AD", "stat_time_day", date(2026, 10, 4), date(2026, 11, 2))
    reader = read_report(bench.client, days)
    with pytest.raises(Exception, match="51010"):
        list(reader)
    assert reader.incomplete_reason == "error"
    penalties = bench.sandbox.state()["codes"]
    assert "40100" not in penalties
