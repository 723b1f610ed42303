"""What a report may ask for: types, levels, spans, metrics, filters, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.sandbox.caller import NOT_GRANTED, US, Api

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox

INVALID = (
    "Please correct the information in invalid metric fields and try again. "
    "Invalid metric fields: {}. "
)


def filtering(name: str, kind: str = "IN", value: Any = '["STATUS_ALL"]') -> list[dict[str, Any]]:
    return [{"field_name": name, "filter_type": kind, "filter_value": value}]


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "no advertiser": ({"advertiser_id": None}, 40002, "advertiser_id: Missing data"),
    "not granted": (
        {"advertiser_id": NOT_GRANTED},
        40001,
        f"No permission to operate advertiser: {NOT_GRANTED}",
    ),
    "no type": ({"report_type": None}, 40002, "report_type: Missing data"),
    "unknown type": ({"report_type": "X"}, 40002, "report_type: Must be one of"),
    "type not served": ({"report_type": "AUDIENCE"}, 40008, "no AUDIENCE report"),
    "several advertisers": ({"advertiser_ids": [US]}, 40008, "takes advertiser_id"),
    "no level": ({"data_level": None}, 40002, "data_level: Missing data"),
    "unknown level": ({"data_level": "AUCTION_VIDEO"}, 40002, "data_level: Must be one of"),
    "deprecated level": ({"data_level": "RESERVATION_AD"}, 40008, "RESERVATION_AD is deprecated"),
    "no dimensions": ({"dimensions": None}, 40002, "dimensions: Missing data"),
    "dimension of another level": (
        {"dimensions": ["campaign_id"], "data_level": "AUCTION_ADGROUP"},
        40002,
        "dimension campaign_id does not match data_level AUCTION_ADGROUP",
    ),
    "unknown dimension": ({"dimensions": ["nonsense"]}, 40002, "nonsense is not a dimension"),
    "dimension not served": ({"dimensions": ["country_code"]}, 40008, "no dimension country_code"),
    "dimension twice": ({"dimensions": ["ad_id", "ad_id"]}, 40002, "named twice"),
    "day and hour": (
        {"dimensions": ["stat_time_day", "stat_time_hour"]},
        40002,
        "exclude each other",
    ),
    "no dates": ({"start_date": None}, 40002, "start_date: Missing data"),
    "no such date": ({"start_date": "2026-02-30"}, 40002, "start_date: Not a valid date"),
    "another way to write a date": ({"start_date": "20261101"}, 40002, "Not a valid date"),
    "backwards": ({"start_date": "2026-11-02"}, 40002, "Must not be after end_date"),
    "two days by the hour": (
        {"end_date": "2026-11-02"},
        40002,
        "max time span is 1 day when use stat_time_hour",
    ),
    "31 days by the day": (
        {"dimensions": ["stat_time_day"], "start_date": "2026-10-02"},
        40002,
        "max time span is 30 days when use stat_time_day",
    ),
    "more than a year": (
        {"dimensions": ["ad_id"], "start_date": "2025-11-01"},
        40002,
        "max time span is 365 days",
    ),
    "hours of a lifetime": ({"query_lifetime": "true"}, 40002, "query_lifetime"),
    "unknown metric": (
        {"metrics": ["spend", "nonsense"]},
        40002,
        INVALID.format(["nonsense"]),
    ),
    "cash at ad level": (
        {"metrics": ["voucher_spend", "cash_spend"]},
        40002,
        INVALID.format(["voucher_spend", "cash_spend"]),
    ),
    "cash by the hour": (
        {
            "metrics": ["cash_spend"],
            "data_level": "AUCTION_ADVERTISER",
            "dimensions": ["advertiser_id", "stat_time_hour"],
        },
        40002,
        INVALID.format(["cash_spend"]),
    ),
    "currency without an id": (
        {"metrics": ["currency"], "dimensions": ["stat_time_hour"]},
        40002,
        INVALID.format(["currency"]),
    ),
    "attribute of a lower level": (
        {
            "metrics": ["ad_name"],
            "data_level": "AUCTION_CAMPAIGN",
            "dimensions": ["campaign_id", "stat_time_hour"],
        },
        40002,
        INVALID.format(["ad_name"]),
    ),
    "status of another level": (
        {"filtering": filtering("campaign_status")},
        40002,
        "filtering.0.field_name: campaign_status does not match data_level AUCTION_AD.",
    ),
    "unknown filter": ({"filtering": filtering("nonsense")}, 40002, "is not a field to filter by"),
    "filter value no text": (
        {"filtering": filtering("ad_ids", value=["1"])},
        40002,
        "filtering.0.filter_value: Not a valid string.",
    ),
    "101 ids": (
        {"filtering": filtering("ad_ids", value=str(list(range(101))))},
        40002,
        "At most 100 ids",
    ),
    "ids not IN": (
        {"filtering": filtering("ad_ids", "MATCH", "1")},
        40002,
        "ad_ids takes IN",
    ),
    "unknown filter type": (
        {"filtering": filtering("ad_ids", "LIKE")},
        40002,
        "filter_type: Must be one of",
    ),
    "filter of a metric not asked for": (
        {"filtering": filtering("clicks", "GREATER_THAN", "1")},
        40002,
        "not a field to filter by",
    ),
    "a status that does not exist": (
        {"filtering": filtering("ad_status", value='["GONE"]')},
        40002,
        "filtering.0.filter_value: Must be one of",
    ),
    "an origin that does not exist": (
        {"filtering": filtering("campaign_system_origins", value='["MOON"]')},
        40002,
        "filtering.0.filter_value: Must be one of: TT_ADS_PLATFORM, PROMOTE.",
    ),
    "a buying type that does not exist": (
        {"filtering": filtering("buying_type", value='["BARTER"]')},
        40002,
        "filtering.0.filter_value: Must be one of: AUCTION, RESERVATION_RF, RESERVATION_TOP_VIEW.",
    ),
    "a buying type of an account": (
        {
            "data_level": "AUCTION_ADVERTISER",
            "dimensions": ["advertiser_id"],
            "filtering": filtering("buying_type", value='["AUCTION"]'),
        },
        40002,
        "buying_type is not a field to filter by",
    ),
    "a bound that is no number": (
        {"filtering": filtering("spend", "GREATER_THAN", "much")},
        40002,
        "filtering.0.filter_value: Not a valid number.",
    ),
    "a range of one bound": (
        {"filtering": filtering("spend", "BETWEEN", "1")},
        40002,
        "BETWEEN takes two numbers",
    ),
    "order by an attribute": (
        {"metrics": ["spend", "ad_name"], "order_field": "ad_name"},
        40002,
        "order_field",
    ),
    "order by what is not asked for": ({"order_field": "clicks"}, 40002, "order_field"),
    "totals of hours": ({"enable_total_metrics": "true"}, 40002, "enable_total_metrics"),
    "page too large": ({"page_size": "1001"}, 40002, "page_size: Must be between 1 and 1000."),
    "page zero": ({"page": "0"}, 40002, "page: Must be between"),
}


@pytest.mark.parametrize(("changes", "code", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_report_that_tiktok_refuses_is_refused(
    api: Api, changes: dict[str, Any], code: int, says: str
) -> None:
    envelope = api.report(**changes)
    assert envelope["code"] == code, envelope
    assert says in envelope["message"]


ALLOWED: dict[str, dict[str, Any]] = {
    "30 days by the day": {"dimensions": ["ad_id", "stat_time_day"], "start_date": "2026-10-03"},
    "365 days": {"dimensions": ["ad_id"], "start_date": "2025-11-02"},
    "a lifetime": {"dimensions": ["ad_id"], "query_lifetime": "true", "start_date": None},
    "no id": {"dimensions": ["stat_time_hour"]},
    "no metrics": {"metrics": None},
    "status of its own level": {"filtering": filtering("ad_status")},
    "cash where it exists": {
        "metrics": ["cash_spend", "voucher_spend"],
        "data_level": "AUCTION_ADVERTISER",
        "dimensions": ["advertiser_id", "stat_time_day"],
    },
    "what the world has no data of": {"metrics": ["spend", "video_play_actions", "form"]},
    "auction named": {"service_type": "AUCTION", "query_mode": "REGULAR"},
}


@pytest.mark.parametrize("changes", ALLOWED.values(), ids=ALLOWED.keys())
def test_a_report_that_tiktok_allows_is_answered(api: Api, changes: dict[str, Any]) -> None:
    envelope = api.report(**changes)
    assert envelope["code"] == 0, envelope
    assert envelope["data"]["list"]


def test_31_days_by_the_day_are_a_switch(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(day_span=31)
    asked = {"dimensions": ["stat_time_day"], "end_date": "2026-11-01"}
    assert api.report(**asked, start_date="2026-10-02")["code"] == 0
    assert api.report(**asked, start_date="2026-10-01")["code"] == 40002


def test_reach_by_the_hour_is_a_dash_or_a_conflict(sandbox: RunningSandbox, api: Api) -> None:
    rows = api.rows(metrics=["spend", "reach", "frequency"])
    assert {(one["metrics"]["reach"], one["metrics"]["frequency"]) for one in rows} == {("-", "-")}
    sandbox.switch(hourly_reach="conflict")
    assert api.report(metrics=["spend", "reach"])["message"] == (
        "Conflict occurs. The input params including metrics and dimensions have no relation."
    )
