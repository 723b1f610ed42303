"""TikTok's own Python SDK, unchanged but for the host, works with the sandbox.

It writes booleans as `True`, puts blanks into JSON lists and a JSON content type on GET. What it
reads here, it reads at TikTok.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("business_api_client")

import business_api_client as sdk
from business_api_client.rest import ApiException
from business_api_client.tiktok_business.tiktok_exceptions import TiktokSDKError

from sandbox.server import STATIC_TOKEN
from tests.contract.sandbox.caller import APP, US, US_PIXEL, event

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox

REPORT: dict[str, Any] = {
    "advertiser_id": US,
    "data_level": "AUCTION_AD",
    "dimensions": ["ad_id", "stat_time_day"],
    "metrics": ["spend", "impressions", "campaign_name"],
    "start_date": "2026-10-31",
    "end_date": "2026-11-02",
}


@pytest.fixture
def client(sandbox: RunningSandbox) -> Any:
    configuration = sdk.Configuration()
    configuration.host = sandbox.url
    return sdk.ApiClient(configuration)


def test_it_exchanges_a_code(sandbox: RunningSandbox, client: Any) -> None:
    body = sdk.Oauth2AccessTokenBody(**APP, auth_code=sandbox.approve())
    data = sdk.AuthenticationApi(client).oauth2_access_token(body=body)["data"]
    assert data["advertiser_ids"][0] == US
    mine = data["access_token"]
    info = sdk.AccountManagementApi(client).advertiser_info([US], mine, fields=["name"])["data"]
    assert info["list"] == [{"advertiser_id": US, "name": "Northwind US"}]


def test_it_lists_advertisers(client: Any) -> None:
    answer = sdk.AuthenticationApi(client).oauth2_advertiser_get(
        APP["app_id"], APP["secret"], STATIC_TOKEN
    )
    assert answer["data"]["list"][0]["advertiser_id"] == US
    assert answer["request_id"]


def test_it_lists_pixels_and_their_events(sandbox: RunningSandbox, client: Any) -> None:
    api = sdk.MeasurementApi(client)
    pixel = api.pixel_list(US, STATIC_TOKEN, page=1, page_size=20)["data"]["pixels"][0]
    assert pixel["pixel_code"] == US_PIXEL
    sandbox.browser_events(US_PIXEL, [event("ord_1")])
    span = {"start_date": "2026-11-01", "end_date": "2026-11-03"}
    stats = api.pixel_event_stats(US, [pixel["pixel_id"]], span, STATIC_TOKEN)["data"]["list"]
    assert stats[0]["statistics"][0]["total_count"] == 1


def test_it_reads_a_report_page_by_page(client: Any) -> None:
    api = sdk.ReportingApi(client)
    rows: list[Any] = []
    page = total = 1
    while page <= total:
        data = api.report_integrated_get(
            "BASIC",
            STATIC_TOKEN,
            **REPORT,
            page=page,
            page_size=10,
            enable_total_metrics=True,
            order_field="spend",
            order_type="DESC",
        )["data"]
        total = data["page_info"]["total_page"]
        rows += data["list"]
        page += 1
    assert len(rows) == data["page_info"]["total_number"]
    assert total > 1
    assert isinstance(rows[0]["metrics"]["spend"], str)


def test_it_filters_a_report(client: Any) -> None:
    rule = {"field_name": "ad_status", "filter_type": "IN", "filter_value": '["STATUS_ALL"]'}
    api = sdk.ReportingApi(client)
    everything = api.report_integrated_get(
        "BASIC", STATIC_TOKEN, **REPORT, page_size=1000, filtering=[rule]
    )["data"]["list"]
    usual = api.report_integrated_get("BASIC", STATIC_TOKEN, **REPORT, page_size=1000)["data"]
    assert len(everything) > len(usual["list"])


def test_it_runs_a_report_task(sandbox: RunningSandbox, client: Any) -> None:
    api = sdk.ReportingApi(client)
    body = sdk.ReportTaskCreateBody(
        **REPORT,
        report_type="BASIC",
        output_format="CSV_STRING",
        enable_report_title_translation=False,
    )
    task_id = api.report_task_create(STATIC_TOKEN, body=body)["data"]["task_id"]
    assert api.report_task_check(task_id, US, STATIC_TOKEN)["data"]["status"] == "QUEUING"
    sandbox.advance(20)
    assert api.report_task_check(task_id, US, STATIC_TOKEN)["data"]["status"] == "SUCCESS"


def test_it_downloads_a_report_through_its_generic_call(
    sandbox: RunningSandbox, client: Any
) -> None:
    body = sdk.ReportTaskCreateBody(**REPORT, report_type="BASIC", output_format="CSV_DOWNLOAD")
    task_id = sdk.ReportingApi(client).report_task_create(STATIC_TOKEN, body=body)["data"][
        "task_id"
    ]
    sandbox.advance(20)
    # The SDK has no method for it, and its generic call takes nothing but the envelope.
    answer = client.call_api(
        "/open_api/v1.3/report/task/download/",
        "GET",
        query_params={"advertiser_id": US, "task_id": task_id},
        header_params={"Access-Token": STATIC_TOKEN},
        response_type="InlineResponse200",
        _return_http_data_only=True,
    )
    file = client.rest_client.pool_manager.request("GET", answer["data"]["download_url"])
    assert file.data.decode().startswith("Ad ID,Date,Cost,Impression,campaign_name\n")


def test_it_cancels_a_report_task(client: Any) -> None:
    api = sdk.ReportingApi(client)
    body = sdk.ReportTaskCreateBody(**REPORT, report_type="BASIC")
    task_id = api.report_task_create(STATIC_TOKEN, body=body)["data"]["task_id"]
    cancel = sdk.TaskCancelBody(advertiser_id=US, task_id=task_id)
    data = api.report_task_cancel(STATIC_TOKEN, body=cancel)["data"]
    assert data == {"status": "CANCELED"}


def test_it_reads_campaigns_ad_groups_and_ads(client: Any) -> None:
    filtering = {"primary_status": "STATUS_ALL"}
    campaigns = sdk.CampaignCreationApi(client).campaign_get(
        US, STATIC_TOKEN, page_size=1000, filtering=filtering
    )["data"]["list"]
    groups = sdk.AdgroupApi(client).adgroup_get(
        US, STATIC_TOKEN, fields=["adgroup_id", "campaign_id"], page_size=1000
    )["data"]["list"]
    ads = sdk.AdApi(client).ad_get(US, STATIC_TOKEN, page_size=1000, filtering=filtering)
    ids = {one["campaign_id"] for one in campaigns}
    assert {one["campaign_id"] for one in groups} <= ids
    assert {one["campaign_id"] for one in ads["data"]["list"]} <= ids


def track(client: Any, *items: object) -> Any:
    body = {"event_source": "web", "event_source_id": US_PIXEL, "data": list(items)}
    return client.call_api(
        "/open_api/v1.3/event/track/",
        "POST",
        header_params={"Access-Token": STATIC_TOKEN, "Content-Type": "application/json"},
        body=body,
        response_type="InlineResponse200",
        _return_http_data_only=True,
    )


def test_it_sends_events_through_its_generic_call(sandbox: RunningSandbox, client: Any) -> None:
    assert track(client, event("ord_1"), event("ord_2"))["request_id"]
    assert [one["event_id"] for one in sandbox.events()] == ["ord_1", "ord_2"]


def test_it_raises_for_a_code_other_than_0_on_http_200(client: Any) -> None:
    with pytest.raises(
        TiktokSDKError, match=r"Error Code: 40002, message: Batch\.0\.event: Missing"
    ):
        track(client, event(event=None))


def test_it_raises_for_an_http_error(sandbox: RunningSandbox, client: Any) -> None:
    sandbox.fault("A02", times=1)
    with pytest.raises(ApiException, match="502"):
        track(client, event("ord_1"))


def test_it_raises_for_20001_too(sandbox: RunningSandbox, client: Any) -> None:
    sandbox.fault("A12", times=1)
    with pytest.raises(TiktokSDKError, match="Error Code: 20001"):
        track(client, event("ord_1"), event("ord_2"))
