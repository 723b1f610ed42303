"""One request, one answer, and the failure to get an answer. Plain values, no I/O."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal
from urllib.parse import quote, urlencode

Group = Literal["general", "events", "report_task"]

# Names under which TikTok's endpoints carry secrets, in queries and in bodies.
SECRET_NAMES = frozenset(
    {"secret", "client_secret", "access_token", "refresh_token", "auth_code", "code"}
)


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One call of one endpoint, before it is sent.

    `path` is relative to the version root and ends with a slash, as TikTok's paths do. Values of
    `query` that are not text are sent as JSON ("TikTok: array and object parameters in GET are
    JSON-encoded query values"); None leaves the parameter out. `body` is sent as it is when it is
    bytes, and as JSON otherwise. `group` names the quota that the call counts against.
    """

    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, object] = field(default_factory=dict)
    body: bytes | Mapping[str, object] | None = None
    group: Group = "general"
    needs_token: bool = True

    def __repr__(self) -> str:
        """Show the endpoint only: queries and bodies may hold secrets and personal data."""
        return f"ApiRequest({self.method} {self.path})"

    @property
    def is_read(self) -> bool:
        """True when sending it twice does no harm."""
        return self.method == "GET"

    def query_string(self) -> str:
        """Return the query as it goes over the wire, percent-encoded, without the question mark."""
        pairs = [(name, _wire(value)) for name, value in self.query.items() if value is not None]
        return urlencode(pairs, quote_via=quote)

    def body_bytes(self) -> bytes | None:
        """Return the body as it goes over the wire."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        return compact_json(self.body).encode()

    def fingerprint(self) -> str:
        """Return a hash that two requests share when TikTok would see the same request twice."""
        parts = (self.method, self.path, self.query_string())
        digest = hashlib.sha256("\n".join(parts).encode())
        digest.update(b"\n" + (self.body_bytes() or b""))
        return digest.hexdigest()

    def secrets(self) -> frozenset[str]:
        """Return the secret values that this request carries, for scrubbing."""
        fields = [self.query, self.body if isinstance(self.body, Mapping) else {}]
        values = (
            value
            for mapping in fields
            for name, value in mapping.items()
            if name in SECRET_NAMES and isinstance(value, str)
        )
        return frozenset(value for value in values if value)


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """What came back: the status, the headers (names in lower case) and the body as bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """An answer that is a file: its pieces arrive while they are iterated. Close it when unread."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes] = field(repr=False)
    close: Callable[[], None] = field(repr=False)


class Failure(StrEnum):
    """Why no answer could be read."""

    CONNECT = "connect"
    NAME = "name"
    CONNECT_TIMEOUT = "connect_timeout"
    PROXY = "proxy"
    CERTIFICATE = "certificate"
    UNSENDABLE = "unsendable"
    READ_TIMEOUT = "read_timeout"
    RESET = "reset"
    TRUNCATED = "truncated"
    UNDECODABLE = "undecodable"
    TOO_LARGE = "too_large"


# Failures after which not a single byte of the request can have reached TikTok.
NEVER_ARRIVED = frozenset(
    {
        Failure.CONNECT,
        Failure.NAME,
        Failure.CONNECT_TIMEOUT,
        Failure.PROXY,
        Failure.CERTIFICATE,
        Failure.UNSENDABLE,
    }
)


class TransportError(Exception):
    """No answer could be read. Carries no URL, no header and no text of the HTTP library.

    `http_status` is set when the headers had come before the body failed.
    """

    def __init__(self, failure: Failure, detail: str, http_status: int | None = None) -> None:
        """Keep why it failed and one sentence for a person; `detail` must hold no secret."""
        super().__init__(failure, detail, http_status)
        self.failure = failure
        self.detail = detail
        self.http_status = http_status

    def __str__(self) -> str:
        """Return the sentence."""
        return self.detail

    @property
    def may_have_arrived(self) -> bool:
        """True when TikTok may have received the request and acted on it."""
        return self.failure not in NEVER_ARRIVED


def compact_json(value: object) -> str:
    """Return `value` as JSON without blanks, non-ASCII characters kept."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _wire(value: object) -> str:
    return value if isinstance(value, str) else compact_json(value)
