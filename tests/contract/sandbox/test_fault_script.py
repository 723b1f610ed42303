"""Which request a fault strikes: by endpoint, event, number, chance and count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from sandbox.server import SandboxControlError
from tests.contract.sandbox.caller import EUROPE, US, Api, event

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.server import RunningSandbox


def codes(api: Api, count: int) -> list[int]:
    return [api.get("user/info/")["code"] for _ in range(count)]


def test_by_request_number(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A06", request_numbers=[2, 4])
    assert codes(api, 5) == [0, 40100, 0, 40100, 0]


def test_after_a_number_of_requests_and_a_number_of_times(
    sandbox: RunningSandbox, api: Api
) -> None:
    sandbox.fault("A06", after=1, times=2)
    assert codes(api, 5) == [0, 40100, 40100, 0, 0]


@pytest.mark.parametrize(
    ("endpoint", "struck"),
    [
        ("*", {"user", "report", "events", "token"}),
        ("accounts", {"user"}),
        ("reports", {"report"}),
        ("events", {"events"}),
        ("token", {"token"}),
        ("user/info/", {"user"}),
    ],
)
def test_by_endpoint_or_area(
    sandbox: RunningSandbox, api: Api, endpoint: str, struck: set[str]
) -> None:
    sandbox.fault("A17", endpoint=endpoint)
    answers = {
        "user": api.get("user/info/"),
        "report": api.report(),
        "events": api.track(event()),
        "token": api.post("oauth2/access_token/"),
    }
    assert {name for name, one in answers.items() if one["code"] == 49999} == struck


def test_by_event_each_with_outcomes_in_turn(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.script(["A06", "ok", "A13"], event_ids=["ord_1"])
    answers = [api.track(event("ord_1"), event("ord_2"))["code"] for _ in range(4)]
    assert answers == [40100, 0, 50000, 0]
    assert api.track(event("ord_2"))["code"] == 0


def test_by_advertiser_in_the_query_and_in_the_body(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A09", advertiser_id=US)
    assert api.get("pixel/list/", advertiser_id=US)["code"] == 40001
    assert api.get("pixel/list/", advertiser_id=EUROPE)["code"] == 0
    assert api.post("report/task/cancel/", advertiser_id=US, task_id="1")["code"] == 40001


def test_chance_is_seeded_and_so_repeats(start: Callable[..., RunningSandbox]) -> None:
    rule = {"kind": "A06", "probability": 0.3, "seed": 7}
    first, second = (codes(Api(start(faults=[rule])), 60) for _ in range(2))
    assert first == second
    assert 5 < first.count(40100) < 35


def test_the_first_rule_that_strikes_decides(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A06", times=1)
    sandbox.fault("A17", times=2)
    assert codes(api, 4) == [40100, 49999, 49999, 0]


def test_the_control_endpoints_are_never_struck(sandbox: RunningSandbox) -> None:
    sandbox.fault("A01")
    assert sandbox.state()["events"]["accepted"] == 0


def test_rules_are_shown_with_what_they_did_and_can_be_dropped(
    sandbox: RunningSandbox, api: Api
) -> None:
    sandbox.fault("A06", times=5)
    codes(api, 2)
    shown = requests.get(f"{sandbox.control_url}/faults", timeout=10).json()
    assert (shown["rules"][0]["hits"], shown["rules"][0]["left"]) == (2, 3)
    assert shown["struck"] == {"A06": 2}
    sandbox.clear_faults()
    assert codes(api, 1) == [0]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"kind": "Z99"}, "unknown fault kind Z99"),
        ({"kind": "ok"}, "unknown fault kind ok"),
        ({"kind": "A01", "chance": 1}, "unknown field chance"),
        ({"kind": "A01", "times": "x"}, "invalid literal"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong_and_adds_nothing(
    sandbox: RunningSandbox, rule: dict[str, Any], says: str
) -> None:
    with pytest.raises(SandboxControlError, match=says):
        sandbox.fault(**rule)
    assert sandbox.state()["faults"]["rules"] == []


def test_a_storm_hits_about_one_request_in_five_and_can_be_lived_through(
    start: Callable[..., RunningSandbox],
) -> None:
    sandbox = start(faults="storm")
    api = Api(sandbox)
    good = 0
    for _ in range(300):
        try:
            good += api.get("user/info/").get("code") == 0
        except requests.RequestException:  # a fault; JSON that is none is one too
            continue
    assert 200 < good < 290
    struck = sandbox.state()["faults"]["struck"]
    assert len(struck) > 6
    assert not set(struck) & {"A08", "A09", "T12"}
