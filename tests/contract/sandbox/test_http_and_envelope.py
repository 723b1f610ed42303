"""The envelope, the paths, and the ways in which TikTok's clients write a request."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.sandbox.caller import US, Api

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox


def test_a_success_has_code_message_request_id_and_data(api: Api) -> None:
    envelope = api.get("user/info/")
    assert list(envelope) == ["code", "message", "request_id", "data"]
    assert (envelope["code"], envelope["message"]) == (0, "OK")


def test_request_ids_never_repeat_and_are_in_the_header_too(api: Api) -> None:
    answers = [api.send("GET", "user/info/") for _ in range(20)]
    ids = [answer.json()["request_id"] for answer in answers]
    assert len(set(ids)) == 20
    assert [answer.headers["X-Tt-Logid"] for answer in answers] == ids


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("absent", {"code", "message", "request_id"}),
        ("empty", {"code", "message", "request_id", "data"}),
    ],
)
def test_a_failure_has_no_data_or_empty_data_by_switch(
    sandbox: RunningSandbox, api: Api, switch: str, expected: set[str]
) -> None:
    sandbox.switch(error_data=switch)
    assert set(api.get("advertiser/info/")) == expected


@pytest.mark.parametrize(
    ("method", "url", "expected", "says"),
    [
        ("GET", "nothing/get/", (404, 40400), "No route"),
        ("GET", "user/info", (404, 40400), "end with a slash"),
        ("POST", "user/info/", (404, 40400), "takes GET"),
        ("GET", "../v1.2/user/info/", (200, 40051), "has expired"),
        ("GET", "../v9.9/user/info/", (404, 40400), "No route"),
    ],
    ids=["unknown path", "no trailing slash", "wrong method", "expired version", "future version"],
)
def test_a_wrong_path_is_refused_with_its_reason(
    sandbox: RunningSandbox, method: str, url: str, expected: tuple[int, int], says: str
) -> None:
    answered, envelope = _bare(sandbox, method, f"/open_api/v1.3/{url}".replace("v1.3/../", ""))
    assert (answered, envelope["code"]) == expected
    assert says in envelope["message"]


def _bare(sandbox: RunningSandbox, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    """Send a request as it is, without a client that tidies it up."""
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccess-Token: sandbox-access-token\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode() + body)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    status, _, rest = answer.partition(b"\r\n")
    return int(status.split()[1]), json.loads(rest.partition(b"\r\n\r\n")[2])


def test_a_get_may_carry_its_parameters_as_a_json_body(sandbox: RunningSandbox) -> None:
    body = json.dumps({"advertiser_ids": [US], "fields": ["name"]}).encode()
    _, envelope = _bare(sandbox, "GET", "/open_api/v1.3/advertiser/info/", body)
    assert envelope["data"]["list"][0]["advertiser_id"] == US


@pytest.mark.parametrize("text", [f'["{US}"]', f'[ "{US}" ]', f"[{US}]"])
def test_lists_in_the_query_may_have_blanks_and_bare_ids(api: Api, text: str) -> None:
    assert api.data("advertiser/info/", advertiser_ids=text)["list"][0]["advertiser_id"] == US


@pytest.mark.parametrize("text", ["True", "true", "TRUE", "1"])
def test_booleans_are_read_in_any_case(api: Api, text: str) -> None:
    envelope = api.report(
        dimensions=["ad_id", "stat_time_day"], enable_total_metrics=text, page_size="1"
    )
    assert "total_metrics" in envelope["data"]


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (b"{", 40000, "not valid JSON"),
        (b"[]", 40000, "not a JSON object"),
        (b"\xff\xfe", 40000, "not valid JSON"),
        (b"", 40002, "event_source: Missing data"),
        (b'{"event_source": NaN}', 40000, "not valid JSON"),
    ],
    ids=["cut short", "a list", "not UTF-8", "empty", "NaN"],
)
def test_a_body_that_is_no_json_object_is_refused(
    sandbox: RunningSandbox, body: bytes, code: int, says: str
) -> None:
    _, envelope = _bare(sandbox, "POST", "/open_api/v1.3/event/track/", body)
    assert envelope["code"] == code
    assert says in envelope["message"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "advertiser_id: Missing data for required field."),
        ({"advertiser_id": ""}, "advertiser_id: Missing data for required field."),
        ({"advertiser_id": "abc"}, "advertiser_id: Not a valid advertiser id."),
        ({"advertiser_id": US, "page": "x"}, "page: Not a valid integer."),
        ({"advertiser_id": US, "page": "0"}, "page: Must be between 1 and 1000000000."),
        ({"advertiser_id": US, "page_size": "21"}, "page_size: Must be between 1 and 20."),
        (
            {"advertiser_id": US, "order_by": "X"},
            "order_by: Must be one of: EARLIEST_CREATE, LATEST_CREATE.",
        ),
    ],
    ids=["missing", "empty", "no id", "no number", "page 0", "page too large", "no option"],
)
def test_a_bad_parameter_is_named(api: Api, params: dict[str, object], message: str) -> None:
    envelope = api.get("pixel/list/", **params)
    assert (envelope["code"], envelope["message"]) == (40002, message)


def test_a_list_that_is_no_json_is_named(api: Api) -> None:
    assert api.get("advertiser/info/", advertiser_ids="[7")["message"] == (
        "advertiser_ids: Not valid JSON."
    )


def test_a_connection_serves_one_request_after_the_other(sandbox: RunningSandbox) -> None:
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for _ in range(3):
            connection.sendall(
                f"GET /open_api/v1.3/user/info/ HTTP/1.1\r\nHost: {host}\r\n"
                "Access-Token: sandbox-access-token\r\n\r\n".encode()
            )
            answer = b""
            while b'"code":0' not in answer:
                answer += connection.recv(65536)


def test_what_is_not_http_is_refused(sandbox: RunningSandbox) -> None:
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"this is not http\r\n\r\n")
        assert connection.recv(1024).startswith(b"HTTP/1.1 400")


def test_a_path_outside_the_api_says_where_to_look(sandbox: RunningSandbox) -> None:
    status, answer = _bare(sandbox, "GET", "/nothing")
    assert status == 404
    assert "/" in answer["error"]
