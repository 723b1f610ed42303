"""Accounts are listed whole, in the sizes TikTok takes, with everything it sends kept."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.accounts import (
    advertiser_info,
    list_ad_groups,
    list_ads,
    list_advertisers,
    list_campaigns,
    list_pixels,
    pixel_event_stats,
    user_info,
)
from airflow_provider_tiktok.api.errors import TikTokConfigurationError, TikTokReauthoriseError
from airflow_provider_tiktok.api.messages import ApiResponse
from tests.unit.api.flow import Script, client_of, coded, late, ok

if TYPE_CHECKING:
    from airflow_provider_tiktok.api.messages import ApiRequest, TransportError

ADVERTISER = "7000000000000000001"


def paged(rows: list[dict[str, Any]], request: ApiRequest, name: str = "list") -> ApiResponse:
    page, size = request.query["page"], request.query["page_size"]
    assert isinstance(page, int)
    assert isinstance(size, int)
    info = {"page": page, "total_number": len(rows), "total_page": -(-len(rows) // size)}
    return ok({name: rows[(page - 1) * size : page * size], "page_info": info})


def test_advertiser_info_is_asked_for_in_hundreds_and_keeps_unknown_fields() -> None:
    def answers(request: ApiRequest) -> ApiResponse:
        ids = request.query["advertiser_ids"]
        assert isinstance(ids, list)
        return ok(
            {
                "list": [
                    {"advertiser_id": int(name), "name": "N", "balance": 10.25, "brand_new": [1]}
                    for name in ids
                ]
            }
        )

    script = Script(answers)
    ids = [str(7 * 10**18 + number) for number in range(250)]
    listing = advertiser_info(client_of(script), ids)
    assert [len(request.query["advertiser_ids"]) for request in script.requests] == [100, 100, 50]  # type: ignore[arg-type]
    assert sorted(advertiser.advertiser_id for advertiser in listing) == ids
    assert listing.is_complete
    raw = next(iter(listing)).raw
    assert raw["brand_new"] == [1]
    assert raw["balance"] == "10.25"
    json.dumps(raw)


def test_contact_data_of_people_is_not_asked_for() -> None:
    script = Script([ok({"list": [{"advertiser_id": "1"}]})])
    advertiser_info(client_of(script), ["1"])
    fields = script.requests[0].query["fields"]
    assert isinstance(fields, list)
    assert {"currency", "display_timezone"} <= set(fields)
    private = {"email", "contacter", "cellphone_number", "telephone_number", "license_no"}
    assert not private & set(fields)


@pytest.mark.parametrize("refused_at", [0, 1, 37, 99, 100, 149])
def test_a_refused_advertiser_is_found_and_the_others_are_returned(refused_at: int) -> None:
    ids = [str(7 * 10**18 + number) for number in range(150)]

    def answers(request: ApiRequest) -> ApiResponse:
        asked = request.query["advertiser_ids"]
        assert isinstance(asked, list)
        if ids[refused_at] in asked:
            return coded(40001, f"No permission to operate advertiser: {ids[refused_at]}")
        return ok({"list": [{"advertiser_id": name} for name in asked]})

    script = Script(answers)
    listing = advertiser_info(client_of(script), ids)
    assert len(listing) == 149
    assert list(listing.refused) == [ids[refused_at]]
    assert "No permission" in listing.refused[ids[refused_at]].message
    assert len(script.requests) <= 2 + 2 * 7


def test_a_revoked_token_is_not_taken_for_a_refused_advertiser() -> None:
    script = Script(lambda _: coded(40105))
    with pytest.raises(TikTokReauthoriseError):
        advertiser_info(client_of(script), ["1", "2"])
    assert len(script.requests) == 1


def test_a_proxy_that_refuses_is_not_taken_for_a_refused_advertiser() -> None:
    script = Script(lambda _: ApiResponse(403, {}, b"<html>blocked</html>"))
    with pytest.raises(TikTokConfigurationError, match="proxy"):
        advertiser_info(client_of(script), ["1", "2"])
    assert len(script.requests) == 1


def test_an_advertiser_that_does_not_come_back_makes_the_listing_incomplete() -> None:
    script = Script([ok({"list": [{"advertiser_id": "1"}]})])
    listing = advertiser_info(client_of(script), ["1", "2"])
    assert listing.incomplete_reason == "advertisers_missing"


def test_granted_advertisers_are_listed_and_the_secret_stays_out_of_errors() -> None:
    script = Script(
        [
            ok({"list": [{"advertiser_id": 1, "advertiser_name": "A"}, {"advertiser_id": None}]}),
            coded(40105, "bad s3cret-of-the-app"),
        ]
    )
    client = client_of(script)
    listing = list_advertisers(client, "app", "s3cret-of-the-app")
    assert [(item.advertiser_id, item.advertiser_name) for item in listing] == [("1", "A")]
    assert listing.incomplete_reason == "unreadable_item"
    with pytest.raises(TikTokReauthoriseError) as caught:
        list_advertisers(client, "app", "s3cret-of-the-app")
    assert "s3cret" not in str(caught.value)


def test_pixels_are_read_twenty_a_page() -> None:
    rows = [{"pixel_id": str(n), "pixel_code": f"C{n}", "pixel_name": "P"} for n in range(45)]
    script = Script(lambda request: paged(rows, request, "pixels"))
    listing = list_pixels(client_of(script), ADVERTISER)
    assert [request.query["page_size"] for request in script.requests] == [20, 20, 20]
    assert len(listing) == 45
    assert listing.is_complete
    assert {pixel.advertiser_id for pixel in listing} == {ADVERTISER}


def test_pixel_statistics_are_asked_for_ten_pixels_at_a_time() -> None:
    statistic = {
        "pixel_event_type": "CompletePayment",
        "total_count": 5,
        "browser_event_total_count": 2,
        "server_event_total_count": 3,
    }
    script = Script(lambda _: ok({"list": [{"pixel_id": "1", "statistics": [statistic]}]}))
    day = date(2026, 10, 31)
    counts = pixel_event_stats(client_of(script), ADVERTISER, [str(n) for n in range(11)], day, day)
    assert len(script.requests) == 2
    assert script.requests[0].query["date_range"] == {
        "start_date": "2026-10-31",
        "end_date": "2026-10-31",
    }
    assert (counts[0].event, counts[0].server_count, counts[0].attributed_count) == (
        "CompletePayment",
        3,
        0,
    )


OBJECTS = {
    "campaign/get/": (list_campaigns, {"campaign_id": "1", "campaign_name": "C"}),
    "adgroup/get/": (list_ad_groups, {"adgroup_id": "1", "campaign_id": "2"}),
    "ad/get/": (list_ads, {"ad_id": "1", "adgroup_id": "2", "campaign_id": "3"}),
}


SMART_AD = {
    "smart_plus_ad_id": "70",
    "ad_name": "Autumn",
    "adgroup_id": "2",
    "campaign_id": "3",
    "landing_page_url_list": [{"landing_page_url": "https://us.northwind.example/"}],
    "creative_list": [{"smart_plus_creative_id": "71"}, {"smart_plus_creative_id": 72}],
}


def answers_with(rows: list[Any], smart: list[Any] | None = None) -> Any:
    """Answer the lists with `rows`, and those of upgraded Smart+ with `smart`, else nothing."""

    def answers(request: ApiRequest) -> ApiResponse:
        is_smart = request.path.startswith("smart_plus/")
        return paged(smart or [] if is_smart else rows, request)

    return answers


def test_creatives_of_upgraded_smart_plus_are_ads() -> None:
    known = {"ad_id": "71", "adgroup_id": "2", "campaign_id": "3", "ad_name": "clip"}
    listing = list_ads(client_of(Script(answers_with([known], [SMART_AD]))), ADVERTISER)
    assert {ad.ad_id: (ad.ad_name, ad.adgroup_id, ad.campaign_id) for ad in listing} == {
        "71": ("clip", "2", "3"),
        "72": ("Autumn", "2", "3"),
    }
    (other,) = (ad for ad in listing if ad.ad_id == "72")
    assert other.landing_page_url == "https://us.northwind.example/"
    assert listing.is_complete


@pytest.mark.parametrize("lacks", ["creative_list", "adgroup_id"])
def test_a_smart_plus_ad_that_cannot_be_read_makes_the_listing_incomplete(lacks: str) -> None:
    row = {name: value for name, value in SMART_AD.items() if name != lacks}
    listing = list_ads(client_of(Script(answers_with([], [row]))), ADVERTISER)
    assert listing.incomplete_reason == "unreadable_item"


@pytest.mark.parametrize("path", OBJECTS)
def test_defaults_that_hide_objects_are_switched_off(path: str) -> None:
    list_objects, row = OBJECTS[path]
    script = Script(answers_with([row]))
    listing = list_objects(client_of(script), ADVERTISER)
    everything, top_view, smart_plus = (request.query["filtering"] for request in script.requests)
    assert everything == {
        "primary_status": "STATUS_ALL",
        "campaign_system_origins": ["TT_ADS_PLATFORM", "PROMOTE"],
    }
    assert top_view == {"primary_status": "STATUS_ALL", "buying_types": ["RESERVATION_TOP_VIEW"]}
    assert smart_plus == {"primary_status": "STATUS_ALL"}
    assert [request.path for request in script.requests] == [path, path, f"smart_plus/{path}"]
    assert len(listing) == 1
    assert listing.is_complete


@pytest.mark.parametrize("path", OBJECTS)
def test_an_account_without_top_view_and_smart_plus_is_listed_all_the_same(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    list_objects, row = OBJECTS[path]

    def answers(request: ApiRequest) -> ApiResponse:
        is_usual = "campaign_system_origins" in str(request.query)
        return paged([row], request) if is_usual else coded(40002)

    listing = list_objects(client_of(Script(answers)), ADVERTISER)
    assert (len(listing), listing.is_complete) == (1, True)
    assert "without TopView" in caplog.text
    assert "without upgraded Smart+" in caplog.text


@pytest.mark.parametrize("path", OBJECTS)
def test_a_listing_that_shifts_while_paging_is_incomplete(path: str) -> None:
    list_objects, row = OBJECTS[path]
    name = next(iter(row))
    rows = [row | {name: str(number)} for number in range(1500)]

    def answers(request: ApiRequest) -> ApiResponse:
        first = request.query["page"] == 1
        if request.path.startswith("smart_plus/"):
            return paged([], request)
        return paged(rows if first else [row | {name: "9999"}, *rows[:-1]], request)

    listing = list_objects(client_of(Script(answers)), ADVERTISER)
    assert listing.incomplete_reason == "repeated_key"
    assert len({str(item) for item in listing}) == len(listing)


def test_a_page_that_times_out_is_read_in_halves_without_a_gap() -> None:
    rows = [{"campaign_id": str(number)} for number in range(1300)]

    def answers(request: ApiRequest) -> ApiResponse | TransportError:
        return late() if request.query["page_size"] == 1000 else paged(rows, request)

    script = Script(answers)
    listing = list_campaigns(client_of(script), ADVERTISER)
    assert [campaign.campaign_id for campaign in listing] == [row["campaign_id"] for row in rows]
    assert listing.is_complete
    assert len({request.fingerprint() for request in script.requests}) == len(script.requests)


def test_an_object_without_an_id_makes_the_listing_incomplete() -> None:
    script = Script(answers_with([{"ad_id": "1"}]))
    assert list_ads(client_of(script), ADVERTISER).incomplete_reason == "unreadable_item"


def test_a_smart_plus_ad_may_lack_times_and_names() -> None:
    row = {"ad_id": 1, "adgroup_id": 2, "campaign_id": 3, "modify_time": None, "ad_name": ""}
    (ad,) = list_ads(client_of(Script(answers_with([row]))), ADVERTISER)
    assert (ad.ad_id, ad.modify_time, ad.ad_name) == ("1", None, None)


def test_user_info_keeps_what_it_does_not_know() -> None:
    script = Script([ok({"core_user_id": 5, "display_name": "Ada", "avatar_url": "u"})])
    user = user_info(client_of(script))
    assert (user.core_user_id, user.display_name, user.raw["avatar_url"]) == ("5", "Ada", "u")
    assert "Ada" not in repr(user.raw) or "raw" not in repr(user)
