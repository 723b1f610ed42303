"""What event/track asks of a whole batch, and what it writes down before it answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.sandbox.caller import INDIA, US_PIXEL, Api, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.server import RunningSandbox


ADMIN_NEEDED = "You must be an admin or operator of this advertiser account."


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"event_source": None}, 40002, "event_source: Missing data for required field."),
        ({"event_source": "tv"}, 40002, "event_source: Must be one of: web, app, offline, crm."),
        ({"event_source_id": None}, 40002, "event_source_id: Missing data for required field."),
        ({"event_source_id": 5}, 40002, "event_source_id: Not a valid string."),
        ({"data": None}, 40002, "data: Missing data for required field."),
        ({"data": []}, 40002, "data: Must be a list of 1 to 1000 events."),
        ({"data": {}}, 40002, "data: Must be a list of 1 to 1000 events."),
        ({"data": ["x"]}, 40002, "Batch.0: Not a valid object."),
        ({"test_event_code": 5}, 40002, "test_event_code: Not a valid string."),
        ({"partner_name": "Acme"}, 40063, "partner_name: The app is not a partner's."),
        (
            {"event_source_id": "CUS 0000000000000001"},
            40001,
            f"No permission to operate pixel code: CUS 0000000000000001. {ADMIN_NEEDED}",
        ),
        (
            {"event_source": "offline"},
            40001,
            f"No permission to operate offline event set: {US_PIXEL}.",
        ),
        (
            {"event_source": "app"},
            40118,
            "Not in whitelist: app events need TikTok's allow-list, the sandbox has no app.",
        ),
    ],
    ids=[
        "no source",
        "unknown source",
        "no pixel",
        "pixel a number",
        "no data",
        "empty",
        "object",
        "item a text",
        "test code a number",
        "no partner",
        "pixel with a blank",
        "event set",
        "app",
    ],
)
def test_a_wrong_envelope_is_refused(
    api: Api, changes: dict[str, Any], code: int, message: str
) -> None:
    body: dict[str, Any] = {
        "event_source": "web",
        "event_source_id": US_PIXEL,
        "data": [event()],
        **changes,
    }
    envelope = api.post("event/track/", **{k: v for k, v in body.items() if v is not None})
    assert (envelope["code"], envelope["message"]) == (code, message)


def test_a_thousand_events_are_taken_and_one_more_rejects_them_all(
    sandbox: RunningSandbox, api: Api
) -> None:
    items = [event(f"ord_{number}") for number in range(1001)]
    too_many = api.track(*items)
    assert too_many["code"] == 40061
    assert sandbox.events() == []
    assert api.track(*items[:1000])["code"] == 0
    assert len(sandbox.events()) == 1000


def test_the_code_for_too_many_events_is_a_switch(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(oversize_code=40002)
    assert api.track(*(event(str(n)) for n in range(1001)))["code"] == 40002


def test_the_log_holds_each_event_with_its_request_and_that_the_answer_left(
    sandbox: RunningSandbox, api: Api
) -> None:
    first = api.track(event("ord_1"), event("ord_2"))
    api.track(event("ord_3"))
    logged = sandbox.events()
    assert [(one["seq"], one["event_id"], one["decision"]) for one in logged] == [
        (1, "ord_1", "counted"),
        (2, "ord_2", "counted"),
        (3, "ord_3", "counted"),
    ]
    assert logged[0]["request_id"] == logged[1]["request_id"] == first["request_id"]
    assert logged[0]["payload"] == event("ord_1")
    assert logged[0]["received_at"] == "2026-11-03T00:00:00+00:00"
    assert all(one["answered"] for one in logged)


def test_the_log_can_be_read_in_parts(sandbox: RunningSandbox, api: Api) -> None:
    api.track(*(event(f"ord_{number}") for number in range(5)))
    assert [one["seq"] for one in sandbox.events(after=2, limit=2)] == [3, 4]
    assert [one["seq"] for one in sandbox.events(event_id="ord_4")] == [5]


def test_test_events_are_logged_and_never_counted(sandbox: RunningSandbox, api: Api) -> None:
    assert api.track(event(), test_event_code="TEST123")["code"] == 0
    assert api.track(event())["code"] == 0
    assert [one["decision"] for one in sandbox.events()] == ["test", "counted"]


def test_an_accepted_batch_is_in_the_file_before_the_answer_is_lost(
    start: Callable[..., RunningSandbox], tmp_path: Path
) -> None:
    path = tmp_path / "truth.jsonl"
    sandbox = start(truth_log=path)
    sandbox.fault("T06", times=1)
    with pytest.raises(OSError, match="Connection"):
        Api(sandbox).track(event("ord_1"))
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert [record["kind"] for record in records] == ["events", "answer"]
    assert records[0]["items"] == [event("ord_1")]
    assert records[1]["sent"] is False
    assert sandbox.events()[0]["answered"] is False


def test_a_log_file_outlives_the_sandbox_and_its_windows_still_hold(
    start: Callable[..., RunningSandbox], tmp_path: Path
) -> None:
    path = tmp_path / "truth.jsonl"
    first = start(truth_log=path)
    Api(first).track(event("ord_1", user=None), event("ord_2"))
    Api(first).track(event("ord_1", limited_data_use=True))
    before = first.events()
    first.stop()
    with path.open("ab") as file:
        file.write(b'{"kind": "events", "cut off by a k')
    second = start(truth_log=path)
    assert second.events() == before
    second.advance(3600)
    Api(second).track(event("ord_2"))
    assert [one["decision"] for one in second.events()] == [
        "counted",
        "counted",
        "merged",
        "discarded",
    ]
    assert path.read_text().count("\n") == len(path.read_text().splitlines())


def test_payloads_can_be_left_out_of_the_log(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(keep_payloads=False)
    api.track(event("ord_1"))
    api.track(event("ord_1", limited_data_use=True))
    assert [(one["payload"], one["decision"]) for one in sandbox.events()] == [
        (None, "counted"),
        (None, "merged"),
    ]


def test_a_pixel_of_another_advertiser_of_the_grant_is_fine(api: Api) -> None:
    pixels = api.data("pixel/list/", advertiser_id=INDIA)["pixels"]
    assert api.track(event(), event_source_id=pixels[0]["pixel_code"])["code"] == 0
