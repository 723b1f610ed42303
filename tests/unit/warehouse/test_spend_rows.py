"""Rows become lines for COPY, or a reason why not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from airflow_provider_tiktok.warehouse.spend_rows import METRICS, RowWriter, UnstorableRowError

DAY = date(2026, 11, 2)
HOUR = "2026-11-02 08:00:00"
ZEROS = dict.fromkeys(METRICS, Decimal(0))
PARENTS = {"campaign_id": "61", "adgroup_id": "51"}


def line(*, level="AUCTION_AD", stat_time=HOUR, entity_id="1", parents=PARENTS, **metrics):
    numbers = ZEROS | {name: Decimal(value) for name, value in metrics.items()}
    return RowWriter(level, DAY, DAY).line(stat_time, entity_id, numbers, parents, page=3)


def test_a_row_becomes_a_line_in_the_order_of_the_columns():
    assert line(spend="1.50", clicks="2") == (
        "2026-11-02 08:00:00\t1\t61\t51\t3\t1.50\t0\t2\t0\t0\t0\n"
    )


def test_what_is_not_known_is_null():
    numbers = {"spend": Decimal(1), "clicks": None}

    written = RowWriter("AUCTION_AD", DAY, DAY).line(HOUR, "1", numbers, {}, page=1)

    assert written == "2026-11-02 08:00:00\t1\t\\N\t\\N\t1\t1\t\\N\t\\N\t\\N\t\\N\t\\N\n"


@pytest.mark.parametrize(
    ("level", "campaign", "ad_group"),
    [
        ("AUCTION_AD", "61", "51"),
        ("AUCTION_ADGROUP", "61", "1"),
        ("AUCTION_CAMPAIGN", "1", "51"),
        ("AUCTION_ADVERTISER", "61", "51"),
    ],
)
def test_an_entity_is_its_own_parent_at_its_level(level, campaign, ad_group):
    fields = line(level=level).split("\t")

    assert fields[2:4] == [campaign, ad_group]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1E+5", "100000"),
        ("1.50000000000", "1.5"),
        ("0E-20", "0"),
        ("-0.10", "-0.10"),
        ("99999999999999.999999", "99999999999999.999999"),
    ],
)
def test_numbers_are_spelled_without_losing_a_digit(value, written):
    assert line(spend=value).split("\t")[5] == written


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"spend": "0.0000001"}, "spend has more than 6 decimals"),
        ({"clicks": "100000000000000"}, "clicks has more than 6 decimals or 14 digits"),
        ({"spend": "NaN"}, "spend is not a number"),
        ({"spend": "-Infinity"}, "spend is not a number"),
        ({"entity_id": "1\t2"}, "id is not a TikTok id"),
        ({"entity_id": ""}, "id is not a TikTok id"),
        ({"entity_id": "\u0661"}, "id is not a TikTok id"),
        ({"parents": {"campaign_id": "\\N"}}, "campaign_id is not a TikTok id"),
        ({"stat_time": "2026-11-02 08:30:00"}, "the time is not"),
        ({"stat_time": "2026-11-02T08:00:00"}, "the time is not"),
        ({"stat_time": "2026-02-30 08:00:00"}, "the time is not"),
        ({"stat_time": "2026-11-02 08:00:00+00:00"}, "the time is not"),
        ({"stat_time": "2026-11-03 08:00:00"}, "outside the days"),
    ],
)
def test_a_row_that_the_ledger_cannot_hold_says_why(changes, reason):
    with pytest.raises(UnstorableRowError, match=reason):
        line(**changes)
