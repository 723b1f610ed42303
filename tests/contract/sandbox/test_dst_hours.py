"""New York leaves daylight time on 2026-11-01: four ways to report the hour that comes twice.

What TikTok does is not known, so that each is a switch.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.contract.sandbox.caller import EUROPE, US, Api

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox

REPEATED = "2026-11-01 01:00:00"


def hours(api: Api, advertiser_id: str = US) -> tuple[Counter[str], Decimal]:
    rows = api.rows(
        advertiser_id=advertiser_id, data_level="AUCTION_ADVERTISER", dimensions=["stat_time_hour"]
    )
    labels = Counter(row["dimensions"]["stat_time_hour"] for row in rows)
    return labels, sum((Decimal(row["metrics"]["spend"]) for row in rows), Decimal(0))


@pytest.mark.parametrize(
    ("variant", "times", "labels"),
    [("merged", 1, 24), ("twice", 2, 24), ("missing", 1, 24), ("fixed_offset", 1, 24)],
)
def test_the_repeated_hour(
    sandbox: RunningSandbox, api: Api, variant: str, times: int, labels: int
) -> None:
    sandbox.switch(dst_hours=variant)
    found, _ = hours(api)
    assert found[REPEATED] == times
    assert len(found) == labels


def test_spend_of_the_day_is_the_same_in_one_row_or_two_and_less_without_the_second_pass(
    sandbox: RunningSandbox, api: Api
) -> None:
    spend = {}
    for variant in ("merged", "twice", "missing"):
        sandbox.switch(dst_hours=variant)
        spend[variant] = hours(api)[1]
    assert spend["merged"] == spend["twice"] > spend["missing"]


def test_a_fixed_offset_moves_summer_hours_to_the_day_before(
    sandbox: RunningSandbox, api: Api
) -> None:
    """00:00 in New York's summer is 23:00 of the day before in Etc/GMT+5."""

    def first_label() -> str:
        rows = api.rows(
            data_level="AUCTION_ADVERTISER",
            dimensions=["stat_time_hour"],
            start_date="2026-10-31",
            end_date="2026-10-31",
        )
        return min(row["dimensions"]["stat_time_hour"] for row in rows)

    assert first_label() == "2026-10-31 00:00:00"
    whole = hours(api)[1]
    sandbox.switch(dst_hours="fixed_offset")
    assert first_label() == "2026-10-31 00:00:00"
    assert hours(api)[1] != whole


@pytest.mark.parametrize("variant", ["merged", "twice", "missing", "fixed_offset"])
def test_where_the_clock_does_not_change_all_ways_are_one(
    sandbox: RunningSandbox, api: Api, variant: str
) -> None:
    usual = hours(api, EUROPE)
    sandbox.switch(dst_hours=variant)
    assert hours(api, EUROPE) == usual
