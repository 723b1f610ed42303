"""Every fault kind that a server can cause, as a client meets it."""

from __future__ import annotations

import http.client
import socket
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sandbox.server.fault_kinds import KINDS
from tests.contract.sandbox.caller import NOW, Api, event

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.server import RunningSandbox

ANSWERS: dict[str, tuple[int, object]] = {
    "A01": (500, b""),
    "A02": (502, b"502 Bad Gateway"),
    "A03": (503, b"Service Unavailable"),
    "A04": (503, b"Service Unavailable"),
    "A05": (429, b""),
    "A06": (200, 40100),
    "A09": (200, 40001),
    "A10": (200, 40002),
    "A11": (200, 40002),
    "A14": (200, 60001),
    "A17": (200, 49999),
}


@pytest.mark.parametrize(("kind", "expected"), ANSWERS.items(), ids=ANSWERS.keys())
def test_an_api_fault_replaces_the_answer_and_nothing_is_done(
    sandbox: RunningSandbox, api: Api, kind: str, expected: tuple[int, object]
) -> None:
    sandbox.fault(kind, times=1)
    answer = api.send("POST", "event/track/", json=_batch("ord_1"))
    status, content = expected
    assert answer.status_code == status
    if isinstance(content, int):
        assert answer.json()["code"] == content
    else:
        assert isinstance(content, bytes)
        assert content in answer.content
    assert sandbox.events() == []
    if kind != "A14":
        assert api.track(event("ord_1"))["code"] == 0


def _batch(*event_ids: str) -> dict[str, Any]:
    return {
        "event_source": "web",
        "event_source_id": "CUS00000000000000001",
        "data": [event(one) for one in event_ids],
    }


def test_retry_after_comes_as_seconds_and_as_a_date(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A03", times=1, options={"retry_after": 7})
    assert api.send("GET", "user/info/").headers["Retry-After"] == "7"
    sandbox.fault("A04", times=1, options={"retry_after": 9})
    headers = api.send("GET", "user/info/").headers
    wait = parsedate_to_datetime(headers["Retry-After"]) - parsedate_to_datetime(headers["Date"])
    assert wait.total_seconds() == 9
    assert parsedate_to_datetime(headers["Date"]) == NOW


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("A07", [(200, 40016), (200, 40132), (200, 40133), (200, 61000)]),
        ("A08", [(200, 40105), (401, 40105), (200, 40102), (401, 40102)]),
        ("A13", [(200, 50000), (200, 50002), (200, 51010)]),
    ],
)
def test_a_fault_of_several_codes_gives_them_in_turn(
    sandbox: RunningSandbox, api: Api, kind: str, expected: list[tuple[int, int]]
) -> None:
    sandbox.fault(kind)
    answers = [api.send("GET", "user/info/") for _ in expected]
    assert [(one.status_code, one.json()["code"]) for one in answers] == expected


def test_a_code_and_a_status_can_be_chosen(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A17", options={"code": 40700, "message": "Rpc validation.", "status": 400})
    answer = api.send("GET", "user/info/")
    assert (answer.status_code, answer.json()["code"]) == (400, 40700)
    assert answer.json()["message"] == "Rpc validation."


def test_a10_points_at_the_event_it_was_told_to_hit(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A10", event_ids=["ord_3"])
    message = api.track(event("ord_1"), event("ord_2"), event("ord_3"))["message"]
    assert message == "Batch.2.properties.contents.0.content_id: Not a valid string"
    assert api.track(event("ord_1"), event("ord_2"))["code"] == 0


def test_a12_accepts_the_first_half_of_a_batch(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A12", times=1)
    envelope = api.track(*(event(f"ord_{number}") for number in range(5)))
    assert envelope["code"] == 20001
    assert [one["event_id"] for one in sandbox.events()] == ["ord_0", "ord_1", "ord_2"]


def test_a12_is_a_success_in_part_elsewhere_too(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A12", endpoint="reports", times=1)
    envelope = api.report()
    assert envelope["code"] == 20001
    assert envelope["data"]["list"]


def test_a14_lasts_half_an_hour_of_the_virtual_clock(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A14")
    assert api.get("user/info/")["code"] == 60001
    sandbox.advance(1799)
    assert api.get("user/info/")["code"] == 60001
    sandbox.advance(1)
    assert api.get("user/info/")["code"] == 0


def test_a15_is_empty_or_no_json(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A15", times=3)
    answers = [api.send("GET", "user/info/") for _ in range(3)]
    assert {one.status_code for one in answers} == {200}
    assert answers[0].content == b""
    for one in answers:
        with pytest.raises(requests.exceptions.JSONDecodeError):
            one.json()


def test_a16_has_no_code_or_a_string(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A16", times=2)
    first, second = api.get("user/info/"), api.get("user/info/")
    assert "code" not in first
    assert second["code"] == "0"


def test_a18_cuts_a_report_and_says_so_in_the_header(sandbox: RunningSandbox, api: Api) -> None:
    whole = len(api.rows())
    sandbox.fault("A18", endpoint="report/integrated/get/", times=1)
    answer = api.send(
        "GET",
        "report/integrated/get/",
        params={
            "advertiser_id": "7000000000000000001",
            "report_type": "BASIC",
            "data_level": "AUCTION_AD",
            "dimensions": '["ad_id","stat_time_hour"]',
            "start_date": "2026-11-01",
            "end_date": "2026-11-01",
            "page_size": "1000",
        },
    )
    data = answer.json()["data"]
    assert len(data["list"]) == data["page_info"]["total_number"] == whole // 2
    assert answer.headers["X-Tt-Ads-Throttle"].startswith("Number of ad ids is equal or more")


def test_t05_resets_before_the_request_is_read(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("T05", times=1)
    with pytest.raises(requests.ConnectionError):
        api.track(event("ord_1"))
    assert sandbox.events() == []
    assert sandbox.requests()[-1]["fault"] == "T05"


def test_t06_resets_after_the_events_are_taken(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("T06", times=1)
    with pytest.raises(requests.ConnectionError):
        api.track(event("ord_1"))
    logged = sandbox.events()[0]
    assert (logged["event_id"], logged["answered"], logged["fault"]) == ("ord_1", False, "T06")


def test_t07_cuts_the_body_short(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("T07", times=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        api.track(event("ord_1"))
    assert len(sandbox.events()) == 1


def test_t08_answers_after_the_clients_read_timeout(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("T08", times=1, options={"seconds": 0.6})
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{api.url}event/track/",
            json=_batch("ord_1"),
            headers={"Access-Token": api.token},
            timeout=(5, 0.2),
        )
    assert [one["event_id"] for one in sandbox.events()] == ["ord_1"]


def test_t09_and_t11_arrive_whole_in_slices_and_slowly(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("T09", times=1)
    assert api.get("user/info/")["code"] == 0
    sandbox.fault("T11", times=1, options={"bytes": 4096})
    assert api.get("user/info/")["code"] == 0


def test_t10_never_answers(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("T10", times=1)
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{api.url}event/track/",
            json=_batch("ord_1"),
            headers={"Access-Token": api.token},
            timeout=(5, 0.2),
        )
    assert sandbox.events() == []


def test_t12_points_at_another_host(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("T12", times=1)
    answer = api.send("GET", "user/info/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "https://elsewhere.example/open_api/v1.3/"


def test_a_slow_answer_holds_nobody_else_up(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("T08", times=1, endpoint="pixel/list/", options={"seconds": 20})
    host, port = sandbox.url.removeprefix("http://").split(":")
    slow = http.client.HTTPConnection(host, int(port))
    slow.request(
        "GET",
        "/open_api/v1.3/pixel/list/?advertiser_id=7000000000000000001",
        headers={"Access-Token": "sandbox-access-token"},
    )
    before = time.monotonic()
    while not sandbox.requests(endpoint="pixel/list/"):
        assert time.monotonic() - before < 10
    assert api.get("user/info/")["code"] == 0
    slow.close()


def test_a_fault_may_strike_after_the_work_is_done(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.fault("A01", times=1, processed=True)
    assert api.send("POST", "event/track/", json=_batch("ord_1")).status_code == 500
    assert len(sandbox.events()) == 1


def test_t01_refuses_the_connection(sandbox: RunningSandbox) -> None:
    port = sandbox.open_port("T01")["port"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_t03_never_completes_the_connection(sandbox: RunningSandbox) -> None:
    port = sandbox.open_port("T03")["port"]
    with pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", port), timeout=0.3)


@pytest.mark.parametrize("certificate", ["self-signed", "expired", "wrong-host"])
def test_t04_shows_a_certificate_that_no_client_takes(
    sandbox: RunningSandbox, certificate: str
) -> None:
    url = sandbox.open_port("T04", certificate=certificate)["url"]
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(url, timeout=5)


@pytest.mark.parametrize(
    ("certificate", "works"), [("self-signed", True), ("expired", False), ("wrong-host", False)]
)
def test_only_the_good_certificate_works_through_a_bundle(
    sandbox: RunningSandbox,
    tmp_path: Any,
    certificate: str,
    works: bool,  # noqa: FBT001 - a table of cases
) -> None:
    port = sandbox.open_port("T04", certificate=certificate)
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(port["certificate_pem"])
    url = f"{port['url']}/open_api/v1.3/user/info/"
    if works:
        headers = {"Access-Token": "sandbox-access-token"}
        answer = requests.get(url, headers=headers, verify=str(bundle), timeout=5)
        assert answer.json()["code"] == 0
    else:
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, verify=str(bundle), timeout=5)


def test_every_kind_of_the_catalogue_exists(start: Callable[..., RunningSandbox]) -> None:
    transport = {f"T{number:02}" for number in range(5, 13)}
    api = {f"A{number:02}" for number in range(1, 19)}
    assert set(KINDS) == transport | api
