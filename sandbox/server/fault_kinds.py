"""The fault kinds that a server can cause: what each one answers, or does to the connection.

T kinds are the transport's, A kinds the API's. T01 (refused), T02 (name failure), T03 (connect
time-out) and T04 (bad certificate) happen before a request exists: `ports.py` provokes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.server.envelope import Code, answer
from sandbox.server.messages import HTML, Delivery, Response

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

LONGER_THAN_A_READ_TIMEOUT = 35.0
BLACK_HOLE_SECONDS = 600.0
SUCCESS = b'{"code":0,"message":"OK",'
PARTIAL = b'{"code":20001,"message":"Partial OK",'
BAD_GATEWAY = (
    b"<html><head><title>502 Bad Gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)


@dataclass(frozen=True)
class Occasion:
    """What a fault may know: its options, how often its rule has struck, ids and the time."""

    options: Mapping[str, Any]
    hit: int
    request_id: str
    now: datetime
    event_position: int = 0

    def code(self, *codes: int) -> int:
        """Return the option `code`, or else the codes in turn."""
        return int(self.options.get("code", codes[self.hit % len(codes)]))


Answer = Callable[[Occasion], Response]


@dataclass(frozen=True)
class Kind:
    """One fault kind. `processed`: the sandbox does the work before the fault strikes."""

    name: str
    says: str
    processed: bool
    answer: Answer | None = None  # replaces the answer
    travel: Callable[[Mapping[str, Any]], Delivery] | None = None  # bends its delivery


def _status(status: int, *head: tuple[str, str], body: bytes = b"") -> Response:
    return Response(body, status, HTML, head)


def _service_unavailable(occasion: Occasion, retry_after: str) -> Response:
    date = format_datetime(occasion.now.replace(microsecond=0), usegmt=True)
    head = (("Retry-After", retry_after), ("Date", date))
    return _status(503, *head, body=b"Service Unavailable")


def _retry_seconds(occasion: Occasion) -> Response:
    return _service_unavailable(occasion, str(int(occasion.options.get("retry_after", 2))))


def _retry_date(occasion: Occasion) -> Response:
    at = occasion.now + timedelta(seconds=float(occasion.options.get("retry_after", 2)))
    return _service_unavailable(occasion, format_datetime(at.replace(microsecond=0), usegmt=True))


MESSAGES = {
    40016: "Biz frequency control.",
    40100: "Too many requests. Please retry in some time.",
    40102: "Access token has expired.",
    40105: "Access token is incorrect or has been revoked.",
    40132: "Request frequency limited.",
    40133: "Too many requests for this ad account.",
    50000: "System error.",
    50002: "System time-out.",
    51010: "Internal service connection timeout. Please try again.",
    61000: "Too many requests.",
}


def _coded(occasion: Occasion, *codes: int, status: int = 200) -> Response:
    code = occasion.code(*codes)
    message = occasion.options.get("message", MESSAGES.get(code, "Unknown error."))
    status = int(occasion.options.get("status", status))
    return answer(code, message, occasion.request_id, status=status)


def _token_fault(occasion: Occasion) -> Response:
    statuses = (200, 401)  # 40105 and 40102, each as HTTP 200 and as HTTP 401
    return _coded(occasion, 40105, 40105, 40102, 40102, status=statuses[occasion.hit % 2])


def _no_permission(occasion: Occasion) -> Response:
    which = occasion.options.get("advertiser_id", "7000000000000000001")
    message = f"No permission to operate advertiser: {which}"
    return answer(Code.PERMISSION_ERROR, message, occasion.request_id)


def _indexed(occasion: Occasion) -> Response:
    index = int(occasion.options.get("index", occasion.event_position))
    path = occasion.options.get("path", "properties.contents.0.content_id")
    message = f"Batch.{index}.{path}: Not a valid string"
    return answer(Code.PARAM_ERROR, message, occasion.request_id)


def _not_indexed(occasion: Occasion) -> Response:
    return answer(Code.PARAM_ERROR, "Invalid parameters.", occasion.request_id)


def _not_json(occasion: Occasion) -> Response:
    bodies = (b"", b"OK", b"<html><body>Please wait</body></html>")
    body = occasion.options.get("body")
    return Response(body.encode() if body is not None else bodies[occasion.hit % len(bodies)])


def _no_code(occasion: Occasion) -> Response:
    envelope: dict[str, object] = {"message": "OK", "request_id": occasion.request_id, "data": {}}
    if occasion.hit % 2:
        envelope["code"] = "0"
    return Response(orjson.dumps(envelope))


def _elsewhere(occasion: Occasion) -> Response:
    location = occasion.options.get("location", "https://elsewhere.example/open_api/v1.3/")
    return _status(int(occasion.options.get("status", 302)), ("Location", location))


def _travel(kind: str, seconds: float = 0.0, size: int = 0) -> Callable[..., Delivery]:
    def travel(options: Mapping[str, Any]) -> Delivery:
        wait = float(options.get("seconds", seconds))
        return Delivery(kind, wait, max(0, int(options.get("bytes", size))))

    return travel


KINDS = {
    kind.name: kind
    for kind in (
        Kind("T05", "reset before the request is read", processed=False, travel=_travel("reset")),
        Kind("T06", "reset after the work is done", processed=True, travel=_travel("reset")),
        Kind("T07", "body cut in half", processed=True, travel=_travel("truncate")),
        Kind(
            "T08",
            "done, but answered after the client's read time-out",
            processed=True,
            travel=_travel("late", LONGER_THAN_A_READ_TIMEOUT),
        ),
        Kind(
            "T09",
            "answer in many small slices",
            processed=True,
            travel=_travel("slices", 0.001),
        ),
        Kind(
            "T10",
            "black hole: no answer at all",
            processed=False,
            travel=_travel("black_hole", BLACK_HOLE_SECONDS),
        ),
        Kind("T11", "answer at 1 KB a second", processed=True, travel=_travel("drip", 0.0, 1024)),
        Kind("T12", "redirect to another host", processed=False, answer=_elsewhere),
        Kind("A01", "HTTP 500", processed=False, answer=lambda _: _status(500)),
        Kind(
            "A02",
            "HTTP 502 with HTML",
            processed=False,
            answer=lambda _: _status(502, body=BAD_GATEWAY),
        ),
        Kind("A03", "HTTP 503, Retry-After in seconds", processed=False, answer=_retry_seconds),
        Kind("A04", "HTTP 503, Retry-After as a date", processed=False, answer=_retry_date),
        Kind("A05", "HTTP 429 bare", processed=False, answer=lambda _: _status(429)),
        Kind("A06", "40100 with HTTP 200", processed=False, answer=lambda o: _coded(o, 40100)),
        Kind(
            "A07",
            "40016, 40132, 40133, 61000 in turn",
            processed=False,
            answer=lambda o: _coded(o, 40016, 40132, 40133, 61000),
        ),
        Kind(
            "A08",
            "40105 and 40102, as HTTP 200 and as 401, in turn",
            processed=False,
            answer=_token_fault,
        ),
        Kind("A09", "40001", processed=False, answer=_no_permission),
        Kind("A10", "40002 with the index of an event", processed=False, answer=_indexed),
        Kind("A11", "40002 without an index", processed=False, answer=_not_indexed),
        Kind("A12", "20001; of a batch of events the first half is accepted", processed=True),
        Kind(
            "A13",
            "50000, 50002, 51010 in turn",
            processed=False,
            answer=lambda o: _coded(o, 50000, 50002, 51010),
        ),
        Kind(
            "A14",
            "60001 maintenance for 30 virtual minutes",
            processed=False,
            answer=lambda o: answer(
                60001, "Service maintenance: UV metric temporarily unavailable", o.request_id
            ),
        ),
        Kind("A15", "HTTP 200, empty or not JSON", processed=False, answer=_not_json),
        Kind("A16", "code missing, or a string", processed=False, answer=_no_code),
        Kind(
            "A17", "a code that nobody knows", processed=False, answer=lambda o: _coded(o, 49_999)
        ),
        Kind("A18", "throttle header with a list cut short", processed=True),
    )
}


def bend(kind: Kind, response: Response, occasion: Occasion) -> Response:
    """Return what the client gets once `kind` has struck."""
    if kind.answer is not None:
        response = replace(kind.answer(occasion), request_id=occasion.request_id)
    if kind.name == "A12" and response.body.startswith(SUCCESS):
        partial = PARTIAL + response.body.removeprefix(SUCCESS)
        response = replace(response, body=partial)
    if kind.travel is not None:
        response = replace(response, delivery=kind.travel(occasion.options))
    return response
