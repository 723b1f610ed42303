"""Deduplication: 5 minutes merge, 48 hours discard, later counted again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.sandbox.caller import NOW, US_PIXEL, Api, event

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox

HOURS = 3600


@pytest.mark.parametrize(
    ("seconds", "decision"),
    [
        (0, "merged"),
        (300, "merged"),
        (301, "discarded"),
        (48 * HOURS - 1, "discarded"),
        (48 * HOURS, "counted"),
    ],
)
def test_a_repeat_is_merged_then_discarded_then_counted_again(
    sandbox: RunningSandbox, api: Api, seconds: int, decision: str
) -> None:
    api.track(event("ord_1"))
    sandbox.advance(seconds)
    assert api.track(event("ord_1"))["code"] == 0
    assert [one["decision"] for one in sandbox.events()] == ["counted", decision]


def test_discarded_repeats_do_not_start_the_window_again(sandbox: RunningSandbox, api: Api) -> None:
    api.track(event("ord_1"))
    for _ in range(2):
        sandbox.advance(24 * HOURS)
        api.track(event("ord_1"))
    decisions = [one["decision"] for one in sandbox.events()]
    assert decisions == ["counted", "discarded", "counted"]


@pytest.mark.parametrize(
    "other",
    [{"event_id": "ord_2"}, {"event": "Purchase"}],
    ids=["another id", "another event"],
)
def test_another_key_is_another_event(
    sandbox: RunningSandbox, api: Api, other: dict[str, Any]
) -> None:
    api.track(event("ord_1"))
    api.track(event(**{"event_id": "ord_1", **other}))
    assert [one["decision"] for one in sandbox.events()] == ["counted", "counted"]


def test_the_same_id_at_another_pixel_is_another_event(sandbox: RunningSandbox, api: Api) -> None:
    api.track(event("ord_1"))
    api.track(event("ord_1"), event_source_id="CIN00000000000000001")
    assert [one["decision"] for one in sandbox.events()] == ["counted", "counted"]


def test_a_repeat_within_a_batch_is_merged(sandbox: RunningSandbox, api: Api) -> None:
    api.track(event("ord_1"), event("ord_1"))
    assert [one["decision"] for one in sandbox.events()] == ["counted", "merged"]


def test_a_merge_fills_what_the_first_lacks_and_changes_nothing_else(
    sandbox: RunningSandbox, api: Api
) -> None:
    api.track(event("ord_1", user={"ip": "203.0.113.7"}, properties={"value": 1}))
    later = event(
        "ord_1",
        user={"ip": "198.51.100.1", "ttp": "abc"},
        properties={"value": 2},
        page={"url": "https://x.example/"},
    )
    api.track(later)
    first = sandbox.events()[0]["payload"]
    assert first["user"] == {"ip": "203.0.113.7", "ttp": "abc"}
    assert first["properties"] == {"value": 1}
    assert first["page"] == {"url": "https://x.example/"}


def test_the_browser_and_the_server_share_the_window(sandbox: RunningSandbox, api: Api) -> None:
    assert sandbox.browser_events(US_PIXEL, [event("ord_1")]) == ["counted"]
    sandbox.advance(301)
    api.track(event("ord_1"))
    assert [(one["channel"], one["decision"]) for one in sandbox.events()] == [
        ("browser", "counted"),
        ("server", "discarded"),
    ]


def test_without_an_id_only_api_events_of_one_visitor_are_dropped(
    sandbox: RunningSandbox, api: Api
) -> None:
    visit = event(None, user={"ttp": "visitor-1"})
    assert sandbox.browser_events(US_PIXEL, [visit, visit]) == ["counted", "counted"]
    api.track(visit, event(None, user={"ttp": "visitor-2"}), event(None, user=None))
    assert [one["decision"] for one in sandbox.events()[2:]] == ["discarded", "counted", "counted"]
    sandbox.advance(301)
    api.track(visit)
    assert sandbox.events()[-1]["decision"] == "counted"


def test_pixel_event_stats_count_each_event_once(sandbox: RunningSandbox, api: Api) -> None:
    api.track(event("ord_1"), event("ord_2"), event("ord_1"))
    api.track(event("ord_3"), test_event_code="TEST1")
    api.track(event("ref_1", event="CancelOrder"))
    sandbox.browser_events(US_PIXEL, [event("ord_4"), event("ord_1")])
    pixel = api.data("pixel/list/", advertiser_id="7000000000000000001")["pixels"][0]
    day = f"{NOW:%Y-%m-02}"
    listed = api.data(
        "pixel/event/stats/",
        advertiser_id="7000000000000000001",
        pixel_ids=[pixel["pixel_id"]],
        date_range={"start_date": day, "end_date": day},
    )["list"]
    assert listed[0]["pixel_id"] == pixel["pixel_id"]
    assert {
        (
            one.get("pixel_event_type") or one.get("custom_event_type"),
            one["total_count"],
            one["server_event_total_count"],
            one["browser_event_total_count"],
            one["preview_count"],
        )
        for one in listed[0]["statistics"]
    } == {("CompletePayment", 3, 2, 1, 1), ("CancelOrder", 1, 1, 0, 0)}
    assert {one["event_code"] for one in pixel["events"]} == {"CompletePayment", "CancelOrder"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pixel_ids": []}, 40002),
        ({"pixel_ids": ["5"]}, 40001),
        ({"pixel_ids": [str(n) for n in range(11)]}, 40011),
        ({"date_range": {"start_date": "2026-10-01", "end_date": "2026-10-31"}}, 40002),
        ({"date_range": {"start_date": "2026-10-02", "end_date": "2026-10-01"}}, 40002),
        ({"date_range": {}}, 40002),
    ],
    ids=["no pixel", "another's pixel", "11 pixels", "31 days", "backwards", "no dates"],
)
def test_pixel_event_stats_refuse_what_tiktok_refuses(
    api: Api, changes: dict[str, Any], code: int
) -> None:
    pixel = api.data("pixel/list/", advertiser_id="7000000000000000001")["pixels"][0]
    params: dict[str, Any] = {
        "advertiser_id": "7000000000000000001",
        "pixel_ids": [pixel["pixel_id"]],
        "date_range": {"start_date": "2026-11-01", "end_date": "2026-11-01"},
        **changes,
    }
    assert api.get("pixel/event/stats/", **params)["code"] == code
