"""One HTTP request as the sandbox sees it, and one answer with the way it travels."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json"
HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """What arrived: the target is kept as sent, names of headers are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        """Path without the query, percent-decoded."""
        return unquote(urlsplit(self.target).path)

    @cached_property
    def query(self) -> dict[str, str]:
        """Query parameters; of a repeated name the last one counts."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @cached_property
    def form(self) -> dict[str, str]:
        """Fields of a form that a page of the sandbox posts."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class Delivery:
    """How an answer travels. `kind` is one of the behaviours of `delivery.py`.

    `bytes_at_a_time` of 0 leaves the size of the pieces to the behaviour.
    """

    kind: str = "normal"
    seconds: float = 0.0
    bytes_at_a_time: int = 0


NORMAL = Delivery()


@dataclass(frozen=True)
class Response:
    """What the sandbox answers; `head` holds headers beside content type and length."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    head: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = field(default=NORMAL)
    request_id: str | None = None


def json_response(value: object, *, status: int = 200) -> Response:
    """Return `value` as JSON outside TikTok's envelope (the control endpoints)."""
    return Response(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS), status)


def redirect(location: str) -> Response:
    """Send the browser elsewhere."""
    return Response(b"", 302, HTML, (("Location", location),))
