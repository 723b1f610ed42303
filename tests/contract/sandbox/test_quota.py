"""Quotas by tier, the long restriction, and what time-outs cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.sandbox.caller import APP, Api, event

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox

RESTRICTED = (
    f"Due to too many requests, requests from App {APP['app_id']} are temporarily restricted."
)


def codes(api: Api, count: int) -> list[int]:
    return [api.get("user/info/")["code"] for _ in range(count)]


@pytest.mark.parametrize(
    ("tier", "qps"), [("Basic", 10), ("Advanced", 20), ("Premium", 30), ("Ultimate", 50)]
)
def test_a_tier_allows_its_requests_a_second_and_no_more(
    sandbox: RunningSandbox, api: Api, tier: str, qps: int
) -> None:
    sandbox.switch(tier=tier)
    assert codes(api, qps) == [0] * qps
    refused = api.get("user/info/")
    assert (refused["code"], refused["message"]) == (40100, f"App reaches the QPS limit {qps}")
    sandbox.advance(1)
    assert codes(api, 1) == [0]


def test_a_sliding_second_is_stricter_than_a_calendar_second(
    sandbox: RunningSandbox, api: Api
) -> None:
    sandbox.switch(tier="Basic")
    sandbox.advance(0.9)
    codes(api, 10)
    sandbox.advance(0.2)
    assert codes(api, 1) == [40100]
    sandbox.reset("quota")
    sandbox.switch(second_window="calendar")
    sandbox.advance(0.8)
    codes(api, 10)
    sandbox.advance(0.2)
    assert codes(api, 1) == [0]


def test_unlimited_counts_nothing(sandbox: RunningSandbox, api: Api) -> None:
    assert codes(api, 60) == [0] * 60
    assert sandbox.state()["quota"] == []


def test_all_tokens_of_an_app_share_its_quota(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(tier="Basic")
    sandbox.grant("second", advertiser_ids=["7000000000000000001"])
    sandbox.grant("foreign", advertiser_ids=["7000000000000000001"], app_id="7100000000000000002")
    codes(api, 10)
    assert codes(Api(sandbox, "second"), 1) == [40100]
    assert codes(Api(sandbox, "foreign"), 1) == [0]


def test_the_quota_of_a_minute_restricts_the_app_for_five(
    sandbox: RunningSandbox, api: Api
) -> None:
    sandbox.switch(tier="Basic", second_window="calendar", hammering_prolongs=False)
    sandbox.advance(0.9)
    codes(api, 10)
    sandbox.advance(0.1)
    for _ in range(59):
        assert codes(api, 10) == [0] * 10
        sandbox.advance(1)
    refused = api.get("user/info/")
    assert (refused["code"], refused["message"]) == (40100, RESTRICTED)
    sandbox.advance(299)
    assert codes(api, 1) == [40100]
    sandbox.advance(1)
    assert codes(api, 1) == [0]


def test_hammering_prolongs_a_restriction(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(tier="Basic")
    assert codes(api, 20) == [0] * 10 + [40100] * 10
    assert api.get("user/info/")["message"] == RESTRICTED
    sandbox.advance(200)
    assert codes(api, 1) == [40100]
    sandbox.advance(200)
    assert codes(api, 1) == [40100]
    sandbox.advance(300)
    assert codes(api, 1) == [0]


def test_a_few_breaches_of_a_second_restrict_nothing(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(tier="Basic")
    codes(api, 19)
    sandbox.advance(1)
    assert codes(api, 1) == [0]


def test_events_have_a_quota_of_their_own(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(tier="Basic")
    codes(api, 11)
    answers = [api.track(event(f"ord_{number}"))["code"] for number in range(30)]
    assert answers == [0] * 30
    usage = {one["group"]: one["allowed"] for one in sandbox.state()["quota"]}
    assert usage == {"general": 10, "events": 30}


@pytest.mark.parametrize(("rule", "allowed"), [("limits_page", 2), ("faq", 1)])
def test_report_tasks_have_a_quota_of_their_own(
    sandbox: RunningSandbox, api: Api, rule: str, allowed: int
) -> None:
    sandbox.switch(tier="Ultimate", report_task_quota=rule)
    task: dict[str, Any] = {
        "advertiser_id": "7000000000000000001",
        "report_type": "BASIC",
        "data_level": "AUCTION_AD",
        "dimensions": ["ad_id"],
        "metrics": ["spend"],
        "start_date": "2026-11-01",
        "end_date": "2026-11-01",
    }
    answers = [api.post("report/task/create/", **task)["code"] for _ in range(allowed + 1)]
    assert answers == [0] * allowed + [40100]


@pytest.mark.parametrize(("switch", "status"), [("never", 200), ("always", 401)])
def test_a_throttle_comes_as_http_401_by_switch(
    sandbox: RunningSandbox, api: Api, switch: str, status: int
) -> None:
    sandbox.switch(tier="Basic", auth_status=switch)
    codes(api, 10)
    answer = api.send("GET", "user/info/")
    assert (answer.status_code, answer.json()["code"]) == (status, 40100)


def test_every_request_is_in_the_log_with_its_time_and_code(
    sandbox: RunningSandbox, api: Api
) -> None:
    sandbox.switch(tier="Basic")
    codes(api, 11)
    logged = sandbox.requests(endpoint="user/info/")
    assert [one["code"] for one in logged] == [0] * 10 + [40100]
    assert all(one["app_id"] == APP["app_id"] and one["at"] > 0 for one in logged)


def test_the_log_of_requests_holds_no_secret(sandbox: RunningSandbox, api: Api) -> None:
    api.get("oauth2/advertiser/get/", **APP)
    assert APP["secret"] not in str(sandbox.requests())


@pytest.mark.parametrize(("timeouts", "qps"), [(9, None), (10, 5), (20, 1), (30, 0)])
def test_time_outs_lower_the_app(
    sandbox: RunningSandbox, api: Api, timeouts: int, qps: int | None
) -> None:
    sandbox.fault("A13", endpoint="reports", times=timeouts, options={"code": 51010})
    for number in range(timeouts):
        assert api.report(page_size=str(number + 1))["code"] == 51010
    allowed = 20 if qps is None else qps
    assert codes(api, 20) == [0] * allowed + [40100] * (20 - allowed)
    sandbox.advance(301)
    sandbox.reset("quota")
    assert codes(api, 20) == [0] * 20


def test_the_same_request_timing_out_three_times_is_blocked(
    sandbox: RunningSandbox, api: Api
) -> None:
    sandbox.fault("A13", endpoint="reports", times=3, options={"code": 51010})
    for _ in range(3):
        api.report()
    blocked = api.report()
    assert blocked["code"] == 40100
    assert "Make the request smaller" in blocked["message"]
    assert api.report(page_size="500")["code"] == 0
    sandbox.advance(601)
    assert api.report()["code"] == 0


def test_a_report_beyond_the_size_switch_times_out(sandbox: RunningSandbox, api: Api) -> None:
    rows = len(api.rows())
    sandbox.switch(report_timeout_rows=rows - 1)
    assert api.report()["code"] == 51010
    assert api.report(data_level="AUCTION_ADVERTISER", dimensions=["stat_time_hour"])["code"] == 0


def test_penalties_can_be_turned_off(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(timeout_penalties=False)
    sandbox.fault("A13", endpoint="reports", times=30, options={"code": 51010})
    for _ in range(30):
        api.report()
    assert api.report()["code"] == 0
