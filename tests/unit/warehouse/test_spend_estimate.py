"""A backfill's price is known before it starts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from airflow_provider_tiktok.warehouse.spend_estimate import estimate
from airflow_provider_tiktok.warehouse.spend_plan import DateRange

FIRST = date(2026, 1, 1)


def days(number):
    return [
        DateRange(FIRST + timedelta(days=day), FIRST + timedelta(days=day)) for day in range(number)
    ]


@pytest.mark.parametrize(
    ("number_of_days", "rows_a_day", "calls", "rows", "mode"),
    [
        pytest.param(30, 0, 30, 0, "sync", id="nothing known yet"),
        pytest.param(30, 999, 30, 29_970, "sync", id="a page a day"),
        pytest.param(30, 1001, 60, 30_030, "sync", id="just over a page"),
        pytest.param(365, 240_000, 87_600, 87_600_000, "async", id="ten thousand ads for a year"),
    ],
)
def test_calls_and_rows_follow_from_days(number_of_days, rows_a_day, calls, rows, mode):
    found = estimate(days(number_of_days), rows_a_day=rows_a_day, tier="basic")

    assert (found.calls, found.rows, found.mode) == (calls, rows, mode)


def test_a_higher_tier_takes_less_time():
    minutes = [
        estimate(days(365), rows_a_day=5000, tier=tier).minutes for tier in ("basic", "ultimate")
    ]

    assert minutes == pytest.approx([1825 / 558, 1825 / 2790])


def test_an_unknown_tier_is_named():
    with pytest.raises(ValueError, match="quota tier 'gold'"):
        estimate([], rows_a_day=1, tier="gold")
