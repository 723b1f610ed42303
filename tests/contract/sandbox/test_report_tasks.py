"""Asynchronous reports, from the task to its CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.contract.sandbox.caller import INDIA, US, Api

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox

TASK: dict[str, Any] = {
    "advertiser_id": US,
    "report_type": "BASIC",
    "data_level": "AUCTION_AD",
    "dimensions": ["ad_id", "stat_time_hour"],
    "metrics": ["spend", "clicks", "ad_name"],
    "start_date": "2026-10-31",
    "end_date": "2026-11-02",
    "enable_report_title_translation": False,
}


def create(api: Api, **changes: object) -> str:
    envelope = api.post("report/task/create/", **{**TASK, **changes})
    assert envelope["code"] == 0, envelope
    task_id: str = envelope["data"]["task_id"]
    return task_id


def status(api: Api, task_id: str) -> str:
    found: str = api.data("report/task/check/", advertiser_id=US, task_id=task_id)["status"]
    return found


def download(api: Api, task_id: str) -> requests.Response:
    return api.send(
        "GET", "report/task/download/", params={"advertiser_id": US, "task_id": task_id}
    )


def test_a_task_goes_from_queuing_to_success(sandbox: RunningSandbox, api: Api) -> None:
    task_id = create(api)
    seen = [status(api, task_id)]
    for _ in range(2):
        sandbox.advance(10)
        seen.append(status(api, task_id))
    assert seen == ["QUEUING", "PROCESSING", "SUCCESS"]


def test_the_csv_is_the_body_and_holds_what_the_synchronous_report_holds(
    sandbox: RunningSandbox, api: Api
) -> None:
    task_id = create(api)
    sandbox.advance(20)
    answer = download(api, task_id)
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    synchronous = [
        {**row["dimensions"], **row["metrics"]}
        for day in ("2026-10-31", "2026-11-01", "2026-11-02")
        for row in api.rows(metrics=TASK["metrics"], start_date=day, end_date=day)
    ]
    assert sorted(rows, key=str) == sorted(synchronous, key=str)
    assert list(rows[0]) == ["ad_id", "stat_time_hour", "spend", "clicks", "ad_name"]


def test_titles_are_translated_by_default(sandbox: RunningSandbox, api: Api) -> None:
    task_id = create(api, enable_report_title_translation=True)
    sandbox.advance(20)
    assert download(api, task_id).text.splitlines()[0] == "Ad ID,Time,Cost,Click,ad_name"


def test_a_download_address_is_good_for_an_hour(sandbox: RunningSandbox, api: Api) -> None:
    task_id = create(api, output_format="CSV_DOWNLOAD", file_name="autumn")
    sandbox.advance(20)
    data = download(api, task_id).json()["data"]
    assert (data["file_name"], data["output_format"]) == ("autumn.csv", "CSV_DOWNLOAD")
    body = requests.get(data["download_url"], timeout=10)
    assert body.text.startswith("ad_id,stat_time_hour,spend")
    sandbox.advance(3600)
    assert requests.get(data["download_url"], timeout=10).status_code == 403
    again = download(api, task_id).json()["data"]["download_url"]
    assert again != data["download_url"]
    assert requests.get(again, timeout=10).content == body.content


def test_a_task_that_is_not_ready_is_40201(api: Api) -> None:
    assert download(api, create(api)).json()["code"] == 40201


def test_a_task_may_fail(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(failing_report_tasks=1)
    failing, fine = create(api), create(api)
    sandbox.advance(20)
    assert (status(api, failing), status(api, fine)) == ("FAILED", "SUCCESS")
    assert download(api, failing).json()["code"] == 40200


def test_a_task_can_be_canceled_until_it_is_done(sandbox: RunningSandbox, api: Api) -> None:
    task_id, done = create(api), create(api)
    canceled = api.post("report/task/cancel/", advertiser_id=US, task_id=task_id)
    assert canceled["data"] == {"status": "CANCELED"}
    sandbox.advance(20)
    assert status(api, task_id) == "CANCELED"
    assert download(api, task_id).json()["code"] == 40200
    late = api.post("report/task/cancel/", advertiser_id=US, task_id=done)
    assert late["code"] == 40200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"output_format": "PDF"}, 40002),
        ({"output_format": "XLSX_DOWNLOAD"}, 40008),
        ({"file_name": "x" * 256}, 40002),
        ({"metrics": ["nonsense"]}, 40002),
        (
            {"filtering": [{"field_name": "ad_status", "filter_type": "IN", "filter_value": "[]"}]},
            40002,
        ),
        ({"start_date": "2026-11-03"}, 40002),
    ],
    ids=["format", "not served", "long name", "metric", "status filter", "backwards"],
)
def test_a_wrong_task_is_refused(api: Api, changes: dict[str, Any], code: int) -> None:
    assert api.post("report/task/create/", **{**TASK, **changes})["code"] == code


def test_a_task_may_span_any_time(api: Api) -> None:
    assert create(api, start_date="2020-01-01", end_date="2026-11-02")


def test_a_task_is_forgotten_after_30_days(sandbox: RunningSandbox, api: Api) -> None:
    task_id = create(api)
    sandbox.advance(30 * 86_400 - 60)
    assert status(api, task_id) == "SUCCESS"
    sandbox.advance(60)
    assert api.get("report/task/check/", advertiser_id=US, task_id=task_id)["code"] == 40002


@pytest.mark.parametrize(("ids", "code"), [(20_000, 0), (20_001, 40002)])
def test_a_task_takes_20000_ids(api: Api, ids: int, code: int) -> None:
    value = json.dumps([str(number) for number in range(ids)])
    one = {"field_name": "ad_ids", "filter_type": "IN", "filter_value": value}
    assert api.post("report/task/create/", **{**TASK, "filtering": [one]})["code"] == code


def test_a_task_of_another_advertiser_is_unknown(api: Api) -> None:
    envelope = api.get("report/task/check/", advertiser_id=INDIA, task_id=create(api))
    assert (envelope["code"], envelope["message"]) == (
        40002,
        "task_id: No such task of this advertiser.",
    )


def test_tasks_need_the_allow_list(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(report_tasks_allowed=False)
    assert api.post("report/task/create/", **TASK)["code"] == 40118
