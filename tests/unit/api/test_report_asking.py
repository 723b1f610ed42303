"""How a report is asked for, made smaller, and cleared of what TikTok refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.errors import TikTokRequestError, TikTokRetryableError
from airflow_provider_tiktok.api.reports import ReportRequest, ReportRow, read_report
from tests.unit.api.flow import Script, client_of, coded, late, ok
from tests.unit.api.test_report_paging import HOURS, page_of, read, row

if TYPE_CHECKING:
    from airflow_provider_tiktok.api.messages import ApiRequest, ApiResponse, TransportError

DAYS = ReportRequest("7", "AUCTION_AD", "stat_time_day", date(2026, 10, 1), date(2026, 10, 30))


@pytest.mark.parametrize(
    ("level", "entity", "status_field"),
    [
        ("AUCTION_AD", "ad_id", "ad_status"),
        ("AUCTION_ADGROUP", "adgroup_id", "adgroup_status"),
        ("AUCTION_CAMPAIGN", "campaign_id", "campaign_status"),
        ("AUCTION_ADVERTISER", "advertiser_id", None),
    ],
)
def test_deleted_objects_are_asked_for_on_the_field_of_the_same_level(
    level: Any,
    entity: str,
    status_field: str | None,
) -> None:
    script = Script(lambda request: page_of([], request))
    day = date(2026, 10, 31)
    list(read_report(client_of(script), ReportRequest("7", level, "stat_time_hour", day, day)))
    query = script.requests[0].query
    assert query["dimensions"] == [entity, "stat_time_hour"]
    assert (query["order_field"], query["page_size"]) == ("spend", 1000)
    if status_field is None:
        assert "filtering" not in query
    else:
        condition, _, buying = json.loads(json.dumps(query["filtering"]))
        assert condition["field_name"] == status_field
        assert json.loads(condition["filter_value"]) == ["STATUS_ALL"]
        assert buying["field_name"] == "buying_type"
        assert json.loads(buying["filter_value"]) == [
            "AUCTION",
            "RESERVATION_RF",
            "RESERVATION_TOP_VIEW",
        ]


@pytest.mark.parametrize(("include_promoted", "count"), [(True, 3), (False, 2)])
def test_promoted_ads_are_asked_for_unless_they_are_not_wanted(
    count: int, *, include_promoted: bool
) -> None:
    script = Script(lambda request: page_of([], request))
    list(read_report(client_of(script), replace(HOURS, include_promoted=include_promoted)))
    conditions = json.loads(json.dumps(script.requests[0].query["filtering"]))
    assert len(conditions) == count
    if include_promoted:
        assert conditions[1]["field_name"] == "campaign_system_origins"
        assert json.loads(conditions[1]["filter_value"]) == ["TT_ADS_PLATFORM", "PROMOTE"]


def test_a_refused_filter_for_promoted_ads_costs_completeness_and_not_the_report(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def answers(request: ApiRequest) -> ApiResponse:
        if "campaign_system_origins" in str(request.query["filtering"]):
            return coded(40002, "filtering.1.field_name: campaign_system_origins is not a field")
        return page_of([row(1)], request)

    reader = read(answers)
    assert (reader.rows_read, reader.incomplete_reason) == (1, "promoted_missing")
    assert reader.skipped_metrics == ("campaign_system_origins",)
    assert "campaign_system_origins" in caplog.text


ALONE = (
    "The value 'RESERVATION_TOP_VIEW' cannot be combined with other enum values for this parameter"
)


def buying_of(request: ApiRequest) -> list[str]:
    filters = {one["field_name"]: one["filter_value"] for one in filters_of(request)}
    found: list[str] = json.loads(filters.get("buying_type", "[]"))
    return found


def filters_of(request: ApiRequest) -> list[dict[str, str]]:
    conditions: list[dict[str, str]] = json.loads(json.dumps(request.query["filtering"]))
    return conditions


def test_top_view_is_read_alone_where_tiktok_refuses_to_mix_it() -> None:
    def answers(request: ApiRequest) -> ApiResponse:
        buying = buying_of(request)
        if len(buying) > 1:
            return coded(40002, ALONE)
        rows = [row(number) for number in range(1500)]
        return page_of(rows[1200:] if buying else rows[:1200], request)

    script = Script(answers)
    reader = read_report(client_of(script), HOURS)
    rows = [found for page in reader for found in page.rows]
    assert reader.is_complete
    assert (len(rows), reader.rows_read, reader.total_number) == (1500, 1500, 1500)
    assert [buying_of(request)[-1:] for request in script.requests] == [
        ["RESERVATION_TOP_VIEW"],
        [],
        [],
        ["RESERVATION_TOP_VIEW"],
    ]


@pytest.mark.parametrize("code", [40002, 40118, 40001])
def test_an_account_without_top_view_is_read_whole(
    code: int, caplog: pytest.LogCaptureFixture
) -> None:
    def answers(request: ApiRequest) -> ApiResponse:
        buying = buying_of(request)
        if buying == ["RESERVATION_TOP_VIEW"]:
            return coded(code, "not for you")
        return coded(40002, ALONE) if buying else page_of([row(1)], request)

    reader = read(answers)
    assert (reader.rows_read, reader.is_complete) == (1, True)
    assert reader.skipped_metrics == ("buying_type",)
    assert "without TopView" in caplog.text


def refuses(*names: str) -> Any:
    """Answer as TikTok does while one of `names` is asked for."""
    message = (
        "Please correct the information in invalid metric fields and try again. "
        f"Invalid metric fields: {list(names)}. "
    )

    def answers(request: ApiRequest) -> ApiResponse:
        metrics = request.query["metrics"]
        assert isinstance(metrics, list)
        if set(names) & set(metrics):
            return coded(40002, message)
        return page_of([row(1)], request)

    return answers


def test_a_refused_metric_is_set_aside_with_a_warning_and_the_rest_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reader = read(refuses("conversion", "complete_payment"))
    assert reader.is_complete
    assert reader.skipped_metrics == ("conversion", "complete_payment")
    assert reader.rows_read == 1
    assert "conversion, complete_payment" in caplog.text


def test_a_row_does_not_name_what_was_set_aside() -> None:
    reader = read_report(client_of(Script(refuses("clicks"))), HOURS)
    (page,) = reader
    assert isinstance(page.rows[0], ReportRow)
    assert set(page.rows[0].metrics) == {
        "spend",
        "impressions",
        "conversion",
        "complete_payment",
        "total_complete_payment_rate",
    }


@pytest.mark.parametrize(
    "message",
    [
        "Invalid metric fields: ['a_metric_that_was_not_asked_for'].",
        "Invalid metric fields: [].",
        "Conflict occurs. The input params including metrics and dimensions have no relation.",
    ],
)
def test_a_refusal_that_names_nothing_we_asked_for_is_raised(message: str) -> None:
    script = Script(lambda _: coded(40002, message))
    with pytest.raises(TikTokRequestError):
        list(read_report(client_of(script), HOURS))
    assert len(script.requests) == 1


def test_a_report_whose_every_metric_is_refused_is_raised() -> None:
    with pytest.raises(TikTokRequestError):
        read(refuses(*HOURS.metrics))


def test_a_time_out_halves_the_dates_and_then_the_page() -> None:
    longest_days, largest_page = 4, 250

    def answers(request: ApiRequest) -> ApiResponse | TransportError:
        first, last = (
            date.fromisoformat(str(request.query[name])) for name in ("start_date", "end_date")
        )
        size = request.query["page_size"]
        assert isinstance(size, int)
        if (last - first).days + 1 > longest_days or size > largest_page:
            return late()
        return ok(
            {
                "list": [
                    {
                        "dimensions": {"ad_id": "1", "stat_time_day": f"{day} 00:00:00"},
                        "metrics": {"spend": "1"},
                    }
                    for day in (first + timedelta(n) for n in range((last - first).days + 1))
                ],
                "page_info": {"total_number": (last - first).days + 1, "total_page": 1},
            }
        )

    script = Script(answers)
    reader = read_report(client_of(script), DAYS)
    rows = [found for page in reader for found in page.rows]
    assert reader.is_complete
    assert (len(rows), reader.total_number) == (30, 30)
    fingerprints = [request.fingerprint() for request in script.requests]
    assert len(set(fingerprints)) == len(fingerprints), "no request was sent twice"


def test_a_page_that_times_out_in_the_middle_is_read_in_halves_without_a_gap() -> None:
    rows = [row(number) for number in range(2300)]

    def answers(request: ApiRequest) -> ApiResponse | TransportError:
        if request.query["page"] == 2 and request.query["page_size"] == 1000:
            return late()
        return page_of(rows, request)

    reader = read_report(client_of(Script(answers)), HOURS)
    ids = [
        found.entity_id for page in reader for found in page.rows if isinstance(found, ReportRow)
    ]
    assert ids == [str(10**18 + number) for number in range(2300)]
    assert reader.is_complete


def test_a_report_that_always_times_out_ends_after_asking_for_less_each_time() -> None:
    script = Script(lambda _: late())
    with pytest.raises(TikTokRetryableError):
        list(read_report(client_of(script), HOURS))
    sizes = [request.query["page_size"] for request in script.requests]
    assert sizes == [1000, 500, 250, 125, 125]
