"""Advertisers, pixels and the lists of campaigns, ad groups and ads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.sandbox.caller import APP, EUROPE, INDIA, NOT_GRANTED, US, Api

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox
    from sandbox.world import World

LISTS = {"campaign/get/": "campaign_id", "adgroup/get/": "adgroup_id", "ad/get/": "ad_id"}


def test_the_grant_lists_its_advertisers_with_names(api: Api, world: World) -> None:
    listed = api.data("oauth2/advertiser/get/", **APP)["list"]
    names = {one.advertiser_id: one.name for one in world.advertisers}
    assert listed == [
        {"advertiser_id": one, "advertiser_name": names[one]} for one in (US, INDIA, EUROPE)
    ]


def test_user_info_masks_the_address(api: Api) -> None:
    data = api.data("user/info/")
    assert "***" in data["email"]
    assert data["core_user_id"].isdigit()


def test_advertiser_info_has_zones_and_currency(api: Api) -> None:
    rows = api.data("advertiser/info/", advertiser_ids=[US, INDIA, EUROPE])["list"]
    assert [(one["display_timezone"], one["timezone"], one["currency"]) for one in rows] == [
        ("America/New_York", "Etc/GMT+5", "USD"),
        ("Asia/Kolkata", "Asia/Kolkata", "INR"),
        ("Europe/Berlin", "Europe/Berlin", "EUR"),
    ]
    assert "company_name_editable" not in rows[0]
    assert rows[0]["license_no"] is None


def test_advertiser_info_gives_the_fields_asked_for(api: Api) -> None:
    rows = api.data("advertiser/info/", advertiser_ids=[US], fields=["currency", "name"])["list"]
    assert [set(one) for one in rows] == [{"advertiser_id", "currency", "name"}]
    alone = api.data(
        "advertiser/info/", advertiser_ids=[US], fields=["name", "company_name_editable"]
    )["list"]
    assert [set(one) for one in alone] == [{"advertiser_id", "company_name_editable"}]


@pytest.mark.parametrize(
    ("params", "code", "says"),
    [
        ({}, 40002, "advertiser_ids: Missing data"),
        ({"advertiser_ids": []}, 40002, "advertiser_ids: Missing data"),
        ({"advertiser_ids": {"a": 1}}, 40002, "advertiser_ids: Not a valid list."),
        ({"advertiser_ids": [None]}, 40002, "advertiser_ids.0: Not a valid string."),
        ({"advertiser_ids": [US], "fields": ["nonsense"]}, 40002, "nonsense is not a field"),
        ({"advertiser_ids": [US] * 101}, 40011, "at most 100"),
        (
            {"advertiser_ids": [US, NOT_GRANTED]},
            40001,
            f"No permission to operate advertiser: {NOT_GRANTED}",
        ),
    ],
    ids=["missing", "empty", "object", "null", "unknown field", "101 ids", "not granted"],
)
def test_advertiser_info_refuses(api: Api, params: dict[str, Any], code: int, says: str) -> None:
    envelope = api.get("advertiser/info/", **params)
    assert envelope["code"] == code
    assert says in envelope["message"]


def test_a_pixel_shows_code_and_id(api: Api) -> None:
    data = api.data("pixel/list/", advertiser_id=US)
    pixel = data["pixels"][0]
    assert pixel["pixel_code"] == "CUS00000000000000001"
    assert len(pixel["pixel_id"]) == 19
    assert pixel["events"] == []
    assert data["page_info"] == {"page": 1, "page_size": 10, "total_number": 1, "total_page": 1}


@pytest.mark.parametrize(
    ("narrow", "found"),
    [
        ({"code": "CUS00000000000000001"}, 1),
        ({"code": "NOBODY"}, 0),
        ({"pixel_id": "1"}, 0),
        ({"name": "northwind"}, 1),
        ({"name": "zzz"}, 0),
        ({"page": "2"}, 0),
    ],
)
def test_pixels_can_be_narrowed(api: Api, narrow: dict[str, str], found: int) -> None:
    assert len(api.data("pixel/list/", advertiser_id=US, **narrow)["pixels"]) == found


@pytest.mark.parametrize(("path", "key"), LISTS.items())
def test_a_list_pages_through_all_rows_once(api: Api, path: str, key: str) -> None:
    everything = api.data(
        path, advertiser_id=US, page_size="1000", filtering={"primary_status": "STATUS_ALL"}
    )["list"]
    size = max(1, len(everything) // 2)
    paged: list[str] = []
    page = total = 1
    while page <= total:
        data = api.data(
            path,
            advertiser_id=US,
            page=str(page),
            page_size=str(size),
            filtering={"primary_status": "STATUS_ALL"},
        )
        total = data["page_info"]["total_page"]
        paged += [one[key] for one in data["list"]]
        page += 1
    assert paged == [one[key] for one in everything]
    assert len(set(paged)) == len(paged)
    assert all(one["advertiser_id"] == US for one in everything)


@pytest.mark.parametrize("path", LISTS)
def test_ids_are_text_and_times_are_tiktoks(api: Api, path: str) -> None:
    row = api.data(path, advertiser_id=US)["list"][0]
    assert isinstance(row["campaign_id"], str)
    assert len(row["create_time"]) == len("2026-10-01 00:00:00")


def test_a_deleted_ad_is_hidden_unless_asked_for(api: Api) -> None:
    def ids(**filtering: str) -> set[str]:
        listed = api.data("ad/get/", advertiser_id=US, page_size="1000", filtering=filtering)
        return {one["ad_id"] for one in listed["list"]}

    deleted = ids(primary_status="STATUS_DELETE")
    assert len(deleted) == 1
    assert not ids() & deleted
    assert ids(primary_status="STATUS_ALL") == ids() | deleted
    assert ids(primary_status="STATUS_DELIVERY_OK") | ids(primary_status="STATUS_DISABLE") == ids()


def test_campaigns_promoted_from_the_mobile_app_are_left_out_unless_asked_for(api: Api) -> None:
    def ids(path: str, **filtering: object) -> set[str]:
        rows = api.data(path, advertiser_id=EUROPE, page_size="1000", filtering=filtering)["list"]
        return {one["campaign_id"] for one in rows}

    usual = ids("campaign/get/")
    promoted = ids("campaign/get/", campaign_system_origins=["PROMOTE"])
    assert promoted
    assert not usual & promoted
    assert not ids("ad/get/") & promoted
    assert ids("adgroup/get/", campaign_system_origins=["TT_ADS_PLATFORM", "PROMOTE"]) >= promoted


def test_top_view_must_be_asked_for_alone(api: Api) -> None:
    def bought(path: str, *buying_types: str) -> set[str]:
        filtering = {"buying_types": list(buying_types)} if buying_types else {}
        rows = api.data(path, advertiser_id=EUROPE, filtering=filtering)["list"]
        return {one["campaign_id"] for one in rows}

    for path in ("campaign/get/", "adgroup/get/", "ad/get/"):
        top_view = bought(path, "RESERVATION_TOP_VIEW")
        assert top_view
        assert bought(path)
        assert not bought(path) & top_view
    both = {"buying_types": ["AUCTION", "RESERVATION_TOP_VIEW"]}
    answer = api.get("ad/get/", advertiser_id=EUROPE, filtering=both)
    assert "cannot be combined" in answer["message"]


def test_lists_can_be_narrowed_by_ids(api: Api) -> None:
    first = api.data("ad/get/", advertiser_id=US)["list"][0]
    for name in ("ad_ids", "adgroup_ids", "campaign_ids"):
        wanted = first[name.removesuffix("s")]
        rows = api.data("ad/get/", advertiser_id=US, filtering={name: [wanted]})["list"]
        assert rows
        assert {one[name.removesuffix("s")] for one in rows} == {wanted}


def test_fields_and_times_narrow_a_list(api: Api) -> None:
    rows = api.data("ad/get/", advertiser_id=US, fields=["ad_id", "ad_name"])["list"]
    assert {frozenset(one) for one in rows} == {frozenset({"ad_id", "ad_name"})}
    future = {"creation_filter_start_time": "2027-01-01 00:00:00"}
    assert api.data("ad/get/", advertiser_id=US, filtering=future)["list"] == []
    past = {"modified_after": "2020-01-01 00:00:00"}
    assert api.data("ad/get/", advertiser_id=US, filtering=past)["list"]


def test_smart_ads_come_without_a_modify_time(api: Api) -> None:
    rows = api.data("ad/get/", advertiser_id=US, page_size="1000")["list"]
    smart = [one for one in rows if one["ad_id_v2"] is not None]
    assert smart
    assert all("modify_time" not in one for one in smart)
    assert all("modify_time" in one for one in rows if one["ad_id_v2"] is None)


def test_upgraded_smart_plus_has_endpoints_of_its_own(sandbox: RunningSandbox, api: Api) -> None:
    usual = api.data("ad/get/", advertiser_id=US, page_size="100")["list"]
    kinds = {"campaign_automation_type": "UPGRADED_SMART_PLUS"}
    creatives = api.data("ad/get/", advertiser_id=US, filtering=kinds)["list"]
    assert creatives
    assert {one["ad_id"] for one in creatives} <= {one["ad_id"] for one in usual}
    ads = api.data("smart_plus/ad/get/", advertiser_id=US)["list"]
    assert {
        (ad["smart_plus_ad_id"], one["smart_plus_creative_id"])
        for ad in ads
        for one in ad["creative_list"]
    } == {(one["ad_id_v2"], one["ad_id"]) for one in creatives}
    ids = {one["campaign_id"] for one in creatives}
    for path in ("smart_plus/campaign/get/", "smart_plus/adgroup/get/"):
        assert {one["campaign_id"] for one in api.data(path, advertiser_id=US)["list"]} == ids
    one_ad = {"smart_plus_ad_ids": [ads[0]["smart_plus_ad_id"]]}
    assert api.data("smart_plus/ad/get/", advertiser_id=US, filtering=one_ad)["list"] == ads[:1]
    assert api.data("smart_plus/ad/get/", advertiser_id=INDIA)["list"] == []
    sandbox.switch(smart_plus_in_lists="hidden")
    rows = api.data("campaign/get/", advertiser_id=US)["list"]
    assert not {one["campaign_id"] for one in rows} & ids
    assert api.data("campaign/get/", advertiser_id=US, filtering=kinds)["list"]


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("smart_plus/ad/get/", {"page_size": "101"}, 40002),
        ("smart_plus/ad/get/", {"filtering": {"ad_ids": ["1"]}}, 40002),
        ("ad/get/", {"filtering": {"campaign_automation_type": "MAGIC"}}, 40002),
        ("campaign/get/", {"filtering": {"ad_ids": ["1"]}}, 40002),
        ("campaign/get/", {"filtering": {"modified_after": "2026-01-01 00:00:00"}}, 40002),
        ("ad/get/", {"filtering": {"primary_status": "DELETED"}}, 40002),
        ("ad/get/", {"filtering": {"ad_ids": [str(n) for n in range(101)]}}, 40011),
        ("ad/get/", {"filtering": {"buying_types": ["AUCTION", "RESERVATION_TOP_VIEW"]}}, 40002),
        ("ad/get/", {"page_size": "1001"}, 40002),
        (
            "adgroup/get/",
            {"page_size": "101", "filtering": {"buying_types": ["RESERVATION_TOP_VIEW"]}},
            40002,
        ),
        ("ad/get/", {"fields": ["nonsense"]}, 40002),
        ("ad/get/", {"filtering": "{"}, 40002),
        ("ad/get/", {"advertiser_id": NOT_GRANTED}, 40001),
    ],
    ids=[
        "smart plus page",
        "smart plus filter",
        "unknown automation",
        "filter of another level",
        "modified_after of campaigns",
        "unknown status",
        "101 ids",
        "top view not alone",
        "page too large",
        "top view page",
        "unknown field",
        "not JSON",
        "not granted",
    ],
)
def test_lists_refuse_what_tiktok_refuses(
    api: Api, path: str, params: dict[str, Any], code: int
) -> None:
    assert api.get(path, **{"advertiser_id": US, **params})["code"] == code


def test_a_page_beyond_the_last_is_empty(sandbox: RunningSandbox, api: Api) -> None:
    beyond = api.data("ad/get/", advertiser_id=US, page="99")
    assert beyond["list"] == []
    nothing = {"filtering": {"ad_ids": ["1"]}}
    assert api.data("ad/get/", advertiser_id=US, **nothing)["page_info"]["total_page"] == 0
    sandbox.switch(empty_total_page=1)
    assert api.data("ad/get/", advertiser_id=US, **nothing)["page_info"]["total_page"] == 1
