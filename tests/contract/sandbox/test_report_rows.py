"""The rows of a report: they are the world's numbers, in TikTok's form."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from tests.contract.sandbox.caller import EUROPE, INDIA, NOW, US, Api

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.server import RunningSandbox
    from sandbox.world import World

DAYS = {"start_date": "2026-10-30", "end_date": "2026-11-03"}
ENTITY = {
    "AUCTION_AD": "ad_id",
    "AUCTION_ADGROUP": "adgroup_id",
    "AUCTION_CAMPAIGN": "campaign_id",
    "AUCTION_ADVERTISER": "advertiser_id",
}
SHOW_DELETED = [{"field_name": "ad_status", "filter_type": "IN", "filter_value": '["STATUS_ALL"]'}]
SHOW_PROMOTED = [
    {
        "field_name": "campaign_system_origins",
        "filter_type": "IN",
        "filter_value": '["TT_ADS_PLATFORM", "PROMOTE"]',
    }
]
SHOW_TOP_VIEW = [
    {
        "field_name": "buying_type",
        "filter_type": "IN",
        "filter_value": '["AUCTION", "RESERVATION_RF", "RESERVATION_TOP_VIEW"]',
    }
]
SHOW_ALL = {
    "AUCTION_AD": SHOW_DELETED + SHOW_PROMOTED + SHOW_TOP_VIEW,
    "AUCTION_ADGROUP": SHOW_PROMOTED + SHOW_TOP_VIEW,
    "AUCTION_CAMPAIGN": SHOW_PROMOTED + SHOW_TOP_VIEW,
    "AUCTION_ADVERTISER": [],
}


def spend_of(world: World, advertiser_id: str, day: str, at: datetime) -> Decimal:
    the_day = date.fromisoformat(day)
    cells = world.report_cells(advertiser_id, start_date=the_day, end_date=the_day, at=at)
    return sum((cell.spend for cell in cells), Decimal(0))


@pytest.mark.parametrize("advertiser_id", [US, INDIA, EUROPE])
@pytest.mark.parametrize("level", ENTITY)
def test_spend_adds_up_to_the_worlds_on_every_level(
    api: Api, world: World, advertiser_id: str, level: str
) -> None:
    rows = api.rows(
        advertiser_id=advertiser_id,
        data_level=level,
        dimensions=[ENTITY[level], "stat_time_day"],
        filtering=SHOW_ALL[level],
        **DAYS,
    )
    by_day: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        by_day[row["dimensions"]["stat_time_day"]] += Decimal(row["metrics"]["spend"])
    assert len(by_day) >= 3
    for label, spend in by_day.items():
        assert label.endswith(" 00:00:00")
        assert spend == spend_of(world, advertiser_id, label[:10], NOW)


def test_hours_add_up_to_days_and_are_named_in_local_time(api: Api) -> None:
    hours = api.rows(data_level="AUCTION_ADVERTISER", dimensions=["stat_time_hour"])
    day = api.rows(data_level="AUCTION_ADVERTISER", dimensions=["stat_time_day"])
    total = sum(Decimal(row["metrics"]["spend"]) for row in hours)
    assert total == Decimal(day[0]["metrics"]["spend"])
    labels = [row["dimensions"]["stat_time_hour"] for row in hours]
    assert all(label.startswith("2026-11-01 ") and label.endswith(":00:00") for label in labels)


def test_the_defaults_are_spend_and_impressions(api: Api) -> None:
    rows = api.rows(metrics=None)
    assert {frozenset(row["metrics"]) for row in rows} == {frozenset({"spend", "impressions"})}


def test_every_value_is_text_and_counts_change_form_by_switch(
    sandbox: RunningSandbox, api: Api
) -> None:
    metrics = ["spend", "clicks", "impressions", "ctr", "campaign_id"]
    plain = api.rows(metrics=metrics)
    assert all(isinstance(value, str) for row in plain for value in row["metrics"].values())
    sandbox.switch(count_format="decimal")
    decimal = api.rows(metrics=metrics)
    for one, other in zip(plain, decimal, strict=True):
        assert other["metrics"]["clicks"] == f"{one['metrics']['clicks']}.0"
        assert other["metrics"]["spend"] == one["metrics"]["spend"]


def test_ids_are_text_or_numbers_by_switch(sandbox: RunningSandbox, api: Api) -> None:
    texts = [row["dimensions"]["ad_id"] for row in api.rows()]
    assert all(isinstance(one, str) for one in texts)
    sandbox.switch(id_format="number")
    assert [row["dimensions"]["ad_id"] for row in api.rows()] == [int(one) for one in texts]


def test_attributes_name_the_parents(api: Api, world: World) -> None:
    names = ["campaign_id", "campaign_name", "adgroup_id", "adgroup_name", "ad_name", "currency"]
    ads = {one.ad_id: one for one in world.ads}
    campaigns = {one.campaign_id: one.campaign_name for one in world.campaigns}
    for row in api.rows(metrics=["spend", *names]):
        ad = ads[row["dimensions"]["ad_id"]]
        given = row["metrics"]
        assert (given["campaign_id"], given["adgroup_id"]) == (ad.campaign_id, ad.adgroup_id)
        assert (given["ad_name"], given["currency"]) == (ad.ad_name, "USD")
        assert given["campaign_name"] == campaigns[ad.campaign_id]


def test_a_deleted_ad_has_spend_that_the_default_hides(api: Api) -> None:
    asked: dict[str, Any] = {"dimensions": ["ad_id"], **DAYS}
    usual = {row["dimensions"]["ad_id"] for row in api.rows(**asked)}
    everything = {
        row["dimensions"]["ad_id"]: Decimal(row["metrics"]["spend"])
        for row in api.rows(**asked, filtering=SHOW_DELETED)
    }
    hidden = set(everything) - usual
    assert len(hidden) == 1
    assert everything[hidden.pop()] > 0


def test_promoted_campaigns_are_left_out_unless_asked_for(
    sandbox: RunningSandbox, api: Api, world: World
) -> None:
    promoted = {
        one.campaign_id for one in world.campaigns if one.campaign_system_origin == "PROMOTE"
    }
    asked: dict[str, Any] = {
        "advertiser_id": EUROPE,
        "data_level": "AUCTION_CAMPAIGN",
        "dimensions": ["campaign_id"],
        **DAYS,
    }

    def ids(**more: object) -> set[str]:
        return {row["dimensions"]["campaign_id"] for row in api.rows(**asked, **more)}

    assert promoted
    assert not ids() & promoted
    assert ids(filtering=SHOW_PROMOTED) == ids() | promoted
    only = [{**SHOW_PROMOTED[0], "filter_value": '["PROMOTE"]'}]
    assert ids(filtering=only) == promoted
    sandbox.switch(promoted_in_reports="shown")
    assert promoted <= ids()


def test_top_view_is_left_out_unless_asked_for(
    sandbox: RunningSandbox, api: Api, world: World
) -> None:
    bought = {one.campaign_id: one.buying_type for one in world.campaigns}
    level = {"data_level": "AUCTION_CAMPAIGN", "dimensions": ["campaign_id"], **DAYS}

    def kinds(advertiser_id: str, *buying_types: str) -> set[str]:
        value = orjson.dumps(buying_types).decode()
        filtering = [{**SHOW_TOP_VIEW[0], "filter_value": value}] if buying_types else []
        rows = api.rows(advertiser_id=advertiser_id, filtering=filtering, **level)
        return {bought[row["dimensions"]["campaign_id"]] for row in rows}

    assert kinds(INDIA) == {"AUCTION", "RESERVATION_RF"}
    assert kinds(EUROPE) == {"AUCTION"}
    assert kinds(EUROPE, "RESERVATION_TOP_VIEW") == {"RESERVATION_TOP_VIEW"}
    assert kinds(EUROPE, "AUCTION", "RESERVATION_TOP_VIEW") == {"AUCTION", "RESERVATION_TOP_VIEW"}
    sandbox.switch(top_view_in_reports="alone")
    assert kinds(EUROPE, "RESERVATION_TOP_VIEW") == {"RESERVATION_TOP_VIEW"}
    refused = api.report(advertiser_id=EUROPE, filtering=SHOW_TOP_VIEW, **level)
    assert (refused["code"], "cannot be combined" in refused["message"]) == (40002, True)


def test_an_hour_is_restated_later(sandbox: RunningSandbox, api: Api, world: World) -> None:
    asked: dict[str, Any] = {
        "data_level": "AUCTION_ADVERTISER",
        "dimensions": ["stat_time_day"],
        "start_date": "2026-10-31",
        "end_date": "2026-10-31",
    }
    seen = set()
    for hours in (30, 36, 48, 72):
        at = world.start + timedelta(hours=hours)
        sandbox.set_clock(at)
        spend = Decimal(api.rows(**asked)[0]["metrics"]["spend"])
        assert spend == spend_of(world, US, "2026-10-31", at)
        seen.add(spend)
    assert len(seen) > 1


def test_a_campaign_gets_its_new_name_when_it_is_renamed(
    sandbox: RunningSandbox, api: Api, world: World
) -> None:
    def names() -> set[str]:
        rows = api.rows(
            data_level="AUCTION_CAMPAIGN",
            dimensions=["campaign_id"],
            metrics=["spend", "campaign_name"],
            start_date="2026-10-30",
        )
        return {row["metrics"]["campaign_name"] for row in rows}

    sandbox.set_clock(world.start + timedelta(hours=20))
    before = names()
    sandbox.set_clock(world.end)
    assert len(names() - before) == 1


def test_late_metrics_are_dashes_until_their_time(sandbox: RunningSandbox, api: Api) -> None:
    asked: dict[str, Any] = {
        "data_level": "AUCTION_ADVERTISER",
        "dimensions": ["advertiser_id", "stat_time_day"],
        "metrics": ["spend", "reach", "frequency", "billed_cost", "cash_spend", "voucher_spend"],
        "start_date": "2026-11-01",
        "end_date": "2026-11-01",
    }
    after_the_day = datetime(2026, 11, 2, 5, tzinfo=UTC)  # New York has left daylight time

    def dashes(hours: float) -> set[str]:
        sandbox.set_clock(after_the_day + timedelta(hours=hours))
        metrics = api.rows(**asked)[0]["metrics"]
        return {name for name, value in metrics.items() if value == "-"}

    late = {"reach", "frequency", "cash_spend", "voucher_spend"}
    assert dashes(1) == late | {"billed_cost"}
    assert dashes(11) == late
    assert dashes(16) == set()
    metrics = api.rows(**asked)[0]["metrics"]
    paid = Decimal(metrics["cash_spend"]) + Decimal(metrics["voucher_spend"])
    assert paid == Decimal(metrics["spend"])
    sandbox.switch(late_metrics=False)
    assert dashes(1) == set()


def test_reach_does_not_add_up(api: Api, sandbox: RunningSandbox, world: World) -> None:
    sandbox.set_clock(world.end + timedelta(days=2))
    asked: dict[str, Any] = {"data_level": "AUCTION_ADVERTISER", "metrics": ["reach"], **DAYS}
    days = [int(row["metrics"]["reach"]) for row in api.rows(dimensions=["stat_time_day"], **asked)]
    whole = int(api.rows(dimensions=["advertiser_id"], **asked)[0]["metrics"]["reach"])
    assert whole < sum(days)


def test_totals_come_with_the_first_page_and_dash_what_does_not_add_up(
    api: Api, sandbox: RunningSandbox, world: World
) -> None:
    sandbox.set_clock(world.end + timedelta(days=2))
    asked: dict[str, Any] = {
        "dimensions": ["ad_id", "stat_time_day"],
        "enable_total_metrics": "true",
        "metrics": ["spend", "clicks", "reach", "ad_name"],
        "page_size": "5",
        **DAYS,
    }
    first = api.report(**asked)["data"]
    rows = api.rows(**{**asked, "page_size": "1000"})
    total = sum(Decimal(row["metrics"]["spend"]) for row in rows)
    assert Decimal(first["total_metrics"]["spend"]) == total
    assert first["total_metrics"]["reach"] == first["total_metrics"]["ad_name"] == "-"
    assert "total_metrics" not in api.report(**asked, page="2")["data"]


def test_what_the_world_has_nothing_behind_is_a_dash(api: Api) -> None:
    rows = api.rows(metrics=["spend", "video_play_actions", "result"])
    assert {row["metrics"]["video_play_actions"] for row in rows} == {"-"}


def test_empty_days_are_absent(api: Api) -> None:
    envelope = api.report(start_date="2026-01-01", end_date="2026-01-01")
    assert envelope["data"]["list"] == []
    assert envelope["data"]["page_info"]["total_number"] == 0


def test_order_and_filters(api: Api) -> None:
    asked: dict[str, Any] = {"dimensions": ["ad_id"], "metrics": ["spend", "clicks"], **DAYS}

    def spends(**more: object) -> list[Decimal]:
        return [Decimal(row["metrics"]["spend"]) for row in api.rows(**asked, **more)]

    down = spends(order_field="spend")
    assert down == sorted(down, reverse=True)
    assert spends(order_field="spend", order_type="ASC") == down[::-1]
    middle = down[len(down) // 2]

    def filtered(kind: str, value: str) -> list[Decimal]:
        rule = {"field_name": "spend", "filter_type": kind, "filter_value": value}
        return spends(order_field="spend", filtering=[rule])

    assert filtered("GREATER_EQUAL", str(middle)) == [one for one in down if one >= middle]
    assert filtered("LOWER_THAN", str(middle)) == [one for one in down if one < middle]
    assert filtered("BETWEEN", f'["{middle}","{down[0]}"]') == [
        one for one in down if one >= middle
    ]
    wanted = api.rows(**asked)[0]["dimensions"]["ad_id"]
    rule = {"field_name": "ad_ids", "filter_type": "IN", "filter_value": f'["{wanted}"]'}
    assert [row["dimensions"]["ad_id"] for row in api.rows(**asked, filtering=[rule])] == [wanted]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pages_hold_every_row_once(api: Api, size: int) -> None:
    asked: dict[str, Any] = {"dimensions": ["ad_id", "stat_time_day"], **DAYS}
    whole = api.rows(**asked)
    paged: list[dict[str, Any]] = []
    for page in itertools.count(1):
        data = api.report(**asked, page=str(page), page_size=str(size))["data"]
        assert data["page_info"]["total_number"] == len(whole)
        paged += data["list"]
        if page >= data["page_info"]["total_page"]:
            break
    assert paged == whole


@pytest.mark.parametrize("shift", [2, -2])
def test_rows_that_shift_repeat_some_and_hide_others(
    sandbox: RunningSandbox, api: Api, shift: int
) -> None:
    sandbox.switch(page_shift=shift)
    asked: dict[str, Any] = {"dimensions": ["ad_id", "stat_time_day"], "page_size": "10", **DAYS}
    data = api.report(**asked)["data"]
    keys = [tuple(row["dimensions"].values()) for row in data["list"]]
    for page in range(2, data["page_info"]["total_page"] + 1):
        keys += [tuple(row["dimensions"].values()) for row in api.rows(**asked, page=str(page))]
    assert len(keys) == data["page_info"]["total_number"]
    assert len(set(keys)) == len(keys) - 2


def test_pages_of_one_reading_agree_while_the_clock_runs(
    start: Callable[..., RunningSandbox], world: World
) -> None:
    sandbox = start(clock_speed=1.0, now=world.start + timedelta(hours=20, minutes=1))
    api = Api(sandbox)
    first = api.rows(start_date="2026-10-31", end_date="2026-10-31")
    assert api.rows(start_date="2026-10-31", end_date="2026-10-31") == first


def test_above_the_id_limit_only_the_newest_come_with_a_header(
    sandbox: RunningSandbox, api: Api, world: World
) -> None:
    sandbox.switch(id_limit=5)
    params = {
        "advertiser_id": US,
        "report_type": "BASIC",
        "data_level": "AUCTION_AD",
        "dimensions": '["ad_id"]',
        "page_size": "1000",
        **DAYS,
    }
    answer = api.send("GET", "report/integrated/get/", params=params)
    assert answer.headers["X-Tt-Ads-Throttle"] == (
        "Number of ad ids is equal or more than 20k, only return the top 20k id's results, "
        "sorting by create time desc order."
    )
    data = answer.json()["data"]
    assert data["page_info"]["total_number"] == len(data["list"]) == 5
    sandbox.switch(id_limit=20_000)
    answer = api.send("GET", "report/integrated/get/", params=params)
    assert "X-Tt-Ads-Throttle" not in answer.headers
