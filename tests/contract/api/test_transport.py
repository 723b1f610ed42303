"""What the network can do to one request, and what the transport makes of it."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import time
from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.api.messages import ApiRequest, Failure, TransportError
from airflow_provider_tiktok.api.transport import Transport
from tests.contract.api.wire import Wire, answer, hang_up, reset
from tests.unit.api.flow import client_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    Wired = Callable[..., tuple[Wire, Transport]]

OK = b'{"code":0,"message":"OK","request_id":"R","data":{}}'
READ = ApiRequest("GET", "oauth2/advertiser/get/", {"app_id": "71", "secret": "s3cret/of+the app"})
WRITE = ApiRequest("POST", "event/track/", body=b'{"data":[1]}')


@pytest.fixture
def wired() -> Iterator[Callable[..., tuple[Wire, Transport]]]:
    """A server that plays the given answers, and a transport to it."""
    opened: list[tuple[Wire, Transport]] = []

    def wire_up(*plays: bytes | Callable[[socket.socket], None]) -> tuple[Wire, Transport]:
        wire = Wire(list(plays))
        opened.append((wire, Transport(local_url=wire.url, connect_timeout=2, read_timeout=0.4)))
        return opened[-1]

    yield wire_up
    for wire, transport in opened:
        transport.close()
        wire.close()


def failure(transport: Transport, request: ApiRequest = READ) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.send(request, "token-of-the-test")
    return caught.value


def test_a_request_goes_out_as_tiktok_reads_it(wired: Wired) -> None:
    wire, transport = wired(answer(OK))
    transport.send(WRITE, "token-of-the-test")
    head, _, body = wire.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /open_api/v1.3/event/track/ HTTP/1.1"
    assert "Access-Token: token-of-the-test" in lines
    assert "Content-Type: application/json" in lines
    assert not any(line.lower().startswith("authorization") for line in lines)
    assert body == b'{"data":[1]}'


def test_query_values_are_percent_encoded_once(wired: Wired) -> None:
    wire, transport = wired(answer(OK))
    filtering = [{"field_name": "ad_status", "filter_type": "IN", "filter_value": '["A"]'}]
    transport.send(ApiRequest("GET", "x/", {"ids": ["1"], "filtering": filtering}), None)
    target = wire.requests[0].split(b" ")[1].decode()
    assert target.startswith("/open_api/v1.3/x/?ids=%5B%221%22%5D&filtering=%5B%7B%22field_name%22")
    assert "%25" not in target
    assert b"Access-Token" not in wire.requests[0]


def test_headers_and_body_come_back_whatever_the_status(wired: Wired) -> None:
    _, transport = wired(answer(b"<html>", "Retry-After: 7", "X-TT-LogId: l", status="502 Bad"))
    response = transport.send(READ, "t")
    assert (response.status, response.body) == (502, b"<html>")
    assert (response.headers["retry-after"], response.headers["x-tt-logid"]) == ("7", "l")


def test_connections_are_reused(wired: Wired) -> None:
    wire, transport = wired(answer(OK))
    for _ in range(20):
        transport.send(READ, "t")
    assert wire.connections == 1


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(wired: Wired) -> None:
    wire, transport = wired(answer(OK, "Connection: close"))
    for _ in range(3):
        transport.send(READ, "t")
    assert wire.connections == 3


def test_gzip_is_unpacked(wired: Wired) -> None:
    _, transport = wired(answer(gzip.compress(OK), "Content-Encoding: gzip"))
    assert transport.send(READ, "t").body == OK


def big(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n")
    for _ in range(20):
        connection.sendall(b"x" * 1_000_000)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def silence(connection: socket.socket) -> None:
    time.sleep(1)


FAILURES: dict[str, tuple[Failure, bytes | Callable[[socket.socket], None]]] = {
    "hang up": (Failure.RESET, hang_up),
    "reset": (Failure.RESET, reset),
    "no HTTP": (Failure.RESET, b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "silence": (Failure.READ_TIMEOUT, silence),
    "a drop now and then": (Failure.READ_TIMEOUT, drip),
    "half a body": (
        Failure.READ_TIMEOUT,
        b"HTTP/1.1 200 OK\r\nContent-Length: 52\r\n\r\n" + OK[:20],
    ),
    "half a body, closed": (
        Failure.TRUNCATED,
        lambda c: (c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 52\r\n\r\n{"), c.close()),  # type: ignore[dict-item]
    ),
    "half a chunked body": (
        Failure.TRUNCATED,
        lambda c: (  # type: ignore[dict-item]
            c.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a'),
            c.close(),
        ),
    ),
    "broken gzip": (Failure.UNDECODABLE, answer(b"no gzip at all", "Content-Encoding: gzip")),
    "20 MB": (Failure.TOO_LARGE, big),
    "a gzip bomb": (
        Failure.TOO_LARGE,
        answer(gzip.compress(b"0" * 50_000_000), "Content-Encoding: gzip"),
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_broken_answer_may_have_arrived_and_says_why(case: str, wired: Wired) -> None:
    expected, play = FAILURES[case]
    _, transport = wired(play)
    error = failure(transport)
    assert error.failure is expected
    assert error.may_have_arrived


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_gzip_is_no_success(share: float, wired: Wired) -> None:
    packed = gzip.compress(json.dumps({"code": 0, "data": list(range(5000))}).encode())
    cut = packed[: int(len(packed) * share)]
    client = client_of(wired(answer(cut, "Content-Encoding: gzip"))[1])
    outcome = client.call_once(READ)
    assert not outcome.is_success
    assert outcome.may_have_arrived


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(status: int, wired: Wired) -> None:
    elsewhere, _ = wired(answer(OK))
    location = f"Location: {elsewhere.url}/open_api/v1.3/user/info/"
    wire, transport = wired(answer(b"", location, status=f"{status} Moved"))
    assert transport.send(READ, "token-of-the-test").status == status
    assert transport.send(WRITE, "token-of-the-test").status == status
    assert elsewhere.requests == []
    assert len(wire.requests) == 2


@pytest.mark.parametrize(
    "token", ["", "a b", "line\r\nX-Evil: 1", "line\n", "t\u00f6ken", "x" * 5000, "\x00"]
)
def test_a_token_that_is_none_is_not_sent_and_not_shown(token: str, wired: Wired) -> None:
    wire, transport = wired(answer(OK))
    with pytest.raises(TransportError) as caught:
        transport.send(READ, token)
    assert caught.value.failure is Failure.UNSENDABLE
    assert not caught.value.may_have_arrived
    assert wire.requests == []
    assert not token.strip() or token not in str(caught.value)


def test_nothing_listens() -> None:
    wire = Wire([answer(OK)])
    wire.close()
    error = failure(Transport(local_url=wire.url))
    assert (error.failure, error.may_have_arrived) == (Failure.CONNECT, False)


def test_a_name_that_does_not_exist() -> None:
    error = failure(Transport(local_url="http://no-such-host.invalid"))
    assert (error.failure, error.may_have_arrived) == (Failure.NAME, False)


def test_cookies_are_not_kept(wired: Wired) -> None:
    wire, transport = wired(answer(OK, "Set-Cookie: session=abc; Path=/"))
    transport.send(READ, "t")
    transport.send(READ, "t")
    assert b"cookie" not in wire.requests[1].lower()


def test_the_environment_changes_neither_headers_nor_certificates(
    wired: Wired, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("home")
    netrc = folder / ".netrc"
    netrc.write_text("machine 127.0.0.1 login user password hunter2x\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder / "missing.pem"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    wire, transport = wired(answer(OK))
    transport.send(READ, "t")
    assert b"uthorization" not in wire.requests[0]


def test_no_secret_is_in_an_exception_its_causes_or_any_log(
    wired: Wired, caplog: pytest.LogCaptureFixture
) -> None:
    errors = []
    with caplog.at_level("DEBUG"):
        broken = (hang_up, silence, b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n")
        errors += [failure(wired(play)[1]) for play in broken]
        wired(answer(OK))[1].send(READ, "token-of-the-test")
        wire, transport = wired(answer(OK))
        wire.close()
        errors.append(failure(transport))
    assert [error.__cause__ or error.__context__ for error in errors] == [None] * 4
    shown = [f"{error} {error!r} {error.args}" for error in errors]
    text = caplog.text + "".join(shown)
    assert "oauth2/advertiser/get/?***" in text
    for secret in ("s3cret", "token-of-the-test", "app_id=71", "czNjcmV0"):
        assert secret not in text


def test_threads_may_share_a_transport(wired: Wired) -> None:
    _, transport = wired(answer(OK))
    bodies = []
    threads = [
        threading.Thread(target=lambda: bodies.append(transport.send(READ, "t").body))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == [OK] * 16


def test_a_file_streams_and_can_be_left_unread(wired: Wired) -> None:
    _, transport = wired(big)
    file = transport.send_for_file(ApiRequest("GET", "report/task/download/"), "t", 10**9)
    assert next(file.pieces)[:3] == b"xxx"
    file.close()


def test_a_file_that_is_too_large_is_cut(wired: Wired) -> None:
    _, transport = wired(big)
    file = transport.send_for_file(ApiRequest("GET", "report/task/download/"), "t", 10**6)
    with pytest.raises(TransportError) as caught:
        list(file.pieces)
    assert caught.value.failure is Failure.TOO_LARGE


def test_a_download_carries_no_token(wired: Wired) -> None:
    wire, transport = wired(answer(b"a,b\n"))
    file = transport.download(f"{wire.url}/files/1?sign=abc", 10**6)
    assert b"".join(file.pieces) == b"a,b\n"
    assert b"access-token" not in wire.requests[0].lower()


def test_a_proxy_of_the_environment_is_used_for_tiktok_and_its_refusal_is_no_arrival(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            asked.append(self.path)
            self.send_error(403)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.server_port}")
        error = failure(Transport())
        proxy.shutdown()
    assert asked == ["business-api.tiktok.com:443"]
    assert (error.failure, error.may_have_arrived) == (Failure.PROXY, False)


def test_an_answer_of_json_is_the_same_whatever_way_it_came(wired: Wired) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(
        b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (OK[:10], OK[10:])
    )
    for play in (answer(OK), chunked + b"0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n" + OK):
        closing = play if not play.startswith(b"HTTP/1.0") else _then_close(play)
        _, transport = wired(closing)
        assert json.loads(transport.send(READ, "t").body)["code"] == 0


def _then_close(play: bytes) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(play)
        connection.close()

    return send
