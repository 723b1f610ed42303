"""Each row of a report becomes exact values or a rejected row with the reason."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.report_rows import (
    RejectedRow,
    ReportRequest,
    ReportRow,
    RowReader,
    halves,
)

HOURS = ReportRequest(
    "7000000000000000001", "AUCTION_AD", "stat_time_hour", date(2026, 10, 31), date(2026, 10, 31)
)
DAYS = ReportRequest(
    "7000000000000000001",
    "AUCTION_ADVERTISER",
    "stat_time_day",
    date(2026, 10, 1),
    date(2026, 10, 30),
)
AD = "1700000000000000001"


def row(*, dimensions: dict[str, Any] | None = None, **metrics: Any) -> dict[str, Any]:
    return {
        "dimensions": {"ad_id": AD, "stat_time_hour": "2026-10-31 05:00:00"} | (dimensions or {}),
        "metrics": {"spend": "76.73", "impressions": "10505", "currency": "USD"} | metrics,
    }


def read(raw: object, request: ReportRequest = HOURS) -> ReportRow | RejectedRow:
    return RowReader(request).read(raw)


def without(raw: dict[str, Any], part: str, name: str) -> dict[str, Any]:
    return raw | {part: {key: value for key, value in raw[part].items() if key != name}}


GOOD = {
    "as TikTok sends it": (row(), "spend", Decimal("76.73")),
    "a dash for spend": (row(spend="-"), "spend", None),
    "null metric": (row(clicks=None), "clicks", None),
    "missing metric": (row(), "clicks", None),
    "count with a point": (row(clicks="116.0"), "clicks", Decimal("116.0")),
    "count as a number": (row(clicks=116), "clicks", Decimal(116)),
    "money as a number": (row(spend=Decimal("1.10")), "spend", Decimal("1.10")),
    "negative spend": (row(spend="-3.50"), "spend", Decimal("-3.50")),
    "zero": (row(spend="0"), "spend", Decimal(0)),
    "unknown metric": (row(brand_new="x"), "spend", Decimal("76.73")),
    "id as a number": (row(dimensions={"ad_id": int(AD)}), "spend", Decimal("76.73")),
    "unknown dimension": (row(dimensions={"country_code": "US"}), "spend", Decimal("76.73")),
    "currency missing": (without(row(), "metrics", "currency"), "spend", Decimal("76.73")),
}


@pytest.mark.parametrize("case", GOOD)
def test_a_row_is_read_exactly(case: str) -> None:
    raw, metric, expected = GOOD[case]
    result = read(raw)
    assert isinstance(result, ReportRow), result
    assert (result.entity_id, result.stat_time) == (AD, "2026-10-31 05:00:00")
    assert result.metrics[metric] == expected
    assert str(result.metrics[metric]) == str(expected)


BAD = {
    "spend missing": (without(row(), "metrics", "spend"), "spend: missing"),
    "thousands separator": (row(spend="1,234.5"), "spend: no number"),
    "NaN": (row(spend="NaN"), "spend: no number"),
    "Infinity": (row(spend="Infinity"), "spend: no number"),
    "exponent": (row(spend="1E-7"), "spend: no number"),
    "huge exponent": (row(spend="1e999999999"), "spend: no number"),
    "fifteen digits": (row(spend="123456789012345"), "spend: no number"),
    "other digits": (row(spend="١٢"), "spend: no number"),
    "blank around": (row(spend=" 1"), "spend: no number"),
    "empty text": (row(spend=""), "spend: no number"),
    "a boolean": (row(spend=True), "spend: no number"),
    "a list": (row(clicks=["1"]), "clicks: no number"),
    "fewer than five": (row(impressions="<5"), "impressions: no number"),
    "negative count": (row(impressions="-1"), "impressions: negative"),
    "id as float text": (row(dimensions={"ad_id": "1.7e18"}), "ad_id: missing or no id"),
    "id as fraction": (row(dimensions={"ad_id": Decimal("17.0")}), "ad_id: missing or no id"),
    "id null": (row(dimensions={"ad_id": None}), "ad_id: missing or no id"),
    "id empty": (row(dimensions={"ad_id": ""}), "ad_id: missing or no id"),
    "id missing": (without(row(), "dimensions", "ad_id"), "ad_id: missing or no id"),
    "hour missing": (
        without(row(), "dimensions", "stat_time_hour"),
        "stat_time_hour: missing or not like 2026-10-31 05:00:00",
    ),
    "hour 24": (
        row(dimensions={"stat_time_hour": "2026-10-31 24:00:00"}),
        "stat_time_hour: no date and hour of the calendar",
    ),
    "day 32": (
        row(dimensions={"stat_time_hour": "2026-10-32 05:00:00"}),
        "stat_time_hour: no date and hour of the calendar",
    ),
    "hour with zone": (
        row(dimensions={"stat_time_hour": "2026-10-31 05:00:00+00:00"}),
        "stat_time_hour: missing or not like 2026-10-31 05:00:00",
    ),
    "minute not zero": (
        row(dimensions={"stat_time_hour": "2026-10-31 05:30:00"}),
        "stat_time_hour: missing or not like 2026-10-31 05:00:00",
    ),
    "hour of another day": (
        row(dimensions={"stat_time_hour": "2026-11-01 00:00:00"}),
        "stat_time_hour: outside the dates that were asked for",
    ),
    "another advertiser": (
        row(dimensions={"advertiser_id": "7000000000000000009"}),
        "advertiser_id: of another advertiser",
    ),
    "another advertiser among the metrics": (
        row(advertiser_id="7000000000000000009"),
        "advertiser_id: of another advertiser",
    ),
    "metrics as list": (row() | {"metrics": []}, "metrics: missing or no object"),
    "no dimensions": ({"metrics": {"spend": "1"}}, "dimensions: missing or no object"),
    "row as list": (["spend"], "row: no object"),
    "row null": (None, "row: no object"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_row_that_cannot_be_read_is_set_aside_with_the_reason(case: str) -> None:
    raw, reason = BAD[case]
    result = read(raw)
    assert isinstance(result, RejectedRow), result
    assert result.reason == reason
    json.dumps(result.raw)


def test_a_currency_that_changes_within_a_report_is_set_aside() -> None:
    reader = RowReader(HOURS)
    results = [reader.read(row(currency=currency)) for currency in ("USD", "EUR", "USD")]
    assert [type(result) for result in results] == [ReportRow, RejectedRow, ReportRow]


def test_a_value_that_was_good_before_does_not_make_its_likeness_good() -> None:
    reader = RowReader(HOURS)
    spends = ("1", True, 1, Decimal("1.0"), "1", "1.0")
    found = [reader.read(row(spend=spend)) for spend in spends]
    words = [str(one.metrics["spend"]) if isinstance(one, ReportRow) else None for one in found]
    assert words == ["1", None, "1", "1.0", "1", "1.0"]


def test_a_day_must_begin_at_midnight() -> None:
    def day(text: str) -> dict[str, Any]:
        dimensions = {"advertiser_id": DAYS.advertiser_id, "stat_time_day": text}
        return {"dimensions": dimensions, "metrics": {"spend": "1"}}

    assert isinstance(read(day("2026-10-17 00:00:00"), DAYS), ReportRow)
    for text in ("2026-10-17 01:00:00", "2026-10-17", "2026-10-31 00:00:00", "2026-09-30 00:00:00"):
        assert isinstance(read(day(text), DAYS), RejectedRow)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
)


@given(
    raw=json_values
    | st.fixed_dictionaries(
        {
            "dimensions": st.fixed_dictionaries(
                {"ad_id": st.just(AD) | json_values, "stat_time_hour": json_values}
            ),
            "metrics": st.dictionaries(st.sampled_from(["spend", "clicks"]), json_values),
        }
    )
)
def test_any_row_is_read_or_set_aside(raw: object) -> None:
    result = read(raw)
    assert isinstance(result, ReportRow | RejectedRow)


@given(spend=st.decimals(-(10**13), 10**13, places=6))
def test_money_is_exact(spend: Decimal) -> None:
    result = read(row(spend=f"{spend:f}"))
    assert isinstance(result, ReportRow)
    assert result.metrics["spend"] == spend


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"data_level": "AD"}, "AD"),
        ({"time_dimension": "stat_time_week"}, "stat_time_week"),
        ({"end_date": date(2026, 10, 30)}, "before it begins"),
    ],
)
def test_what_tiktok_would_refuse_is_refused_before_anything_is_sent(
    change: dict[str, Any], named: str
) -> None:
    arguments = {
        "advertiser_id": "7",
        "data_level": "AUCTION_AD",
        "time_dimension": "stat_time_hour",
        "start_date": date(2026, 10, 31),
        "end_date": date(2026, 10, 31),
    }
    with pytest.raises(ValueError, match=named):
        ReportRequest(**(arguments | change))


@pytest.mark.parametrize(
    ("level", "time_dimension", "asked_for", "refused"),
    [
        ("AUCTION_ADVERTISER", "stat_time_day", ["spend", "cash_spend"], ()),
        ("AUCTION_ADVERTISER", "stat_time_hour", ["spend", "cash_spend"], ("cash_spend",)),
        ("AUCTION_AD", "stat_time_day", ["spend", "cash_spend", "voucher_spend"],
         ("cash_spend", "voucher_spend")),
        ("AUCTION_CAMPAIGN", "stat_time_day", ["spend", "ad_name"], ("ad_name",)),
        ("AUCTION_AD", "stat_time_day", ["spend", "a_metric_of_tomorrow"], ()),
    ],
)  # fmt: skip
def test_a_metric_known_to_be_refused_at_a_level_is_not_asked_for(
    level: Any,
    time_dimension: Any,
    asked_for: list[str],
    refused: tuple[str, ...],
) -> None:
    day = date(2026, 10, 31)
    request = ReportRequest("7", level, time_dimension, day, day, asked_for)
    metrics, _, left_out = request.asked()
    assert left_out == refused
    assert set(metrics) == set(asked_for) - set(refused)


@pytest.mark.parametrize(
    ("time_dimension", "days", "is_taken"),
    [
        ("stat_time_hour", 1, True),
        ("stat_time_hour", 2, False),
        ("stat_time_day", 30, True),
        ("stat_time_day", 31, False),
    ],
)
def test_a_synchronous_report_of_too_many_days_is_refused(
    time_dimension: Any,
    days: int,
    *,
    is_taken: bool,
) -> None:
    first = date(2026, 1, 1)
    last = date.fromordinal(first.toordinal() + days - 1)
    request = ReportRequest("7", "AUCTION_AD", time_dimension, first, last)
    with nullcontext() if is_taken else pytest.raises(ValueError, match="takes a range of 1 to"):
        request.check_span()


@given(days=st.integers(2, 30))
def test_halves_are_the_whole(days: int) -> None:
    first = date(2026, 1, 1)
    last = date.fromordinal(first.toordinal() + days - 1)
    request = ReportRequest("7", "AUCTION_AD", "stat_time_day", first, last)
    (start, middle), (after, end) = halves(request)
    assert (start, end) == (first, last)
    assert after.toordinal() == middle.toordinal() + 1
    assert start <= middle
    assert after <= end
