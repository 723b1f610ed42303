"""TikTok's answer envelope and return codes.

Code names: TikTok Business API SDK, `tiktok_code.py`. Envelope: {code, message, request_id, data}.
"""

from __future__ import annotations

import itertools
from enum import IntEnum
from typing import TYPE_CHECKING

import orjson

from sandbox.server.messages import Response

if TYPE_CHECKING:
    from datetime import datetime


class Code(IntEnum):
    """Return codes that the sandbox gives of its own accord; faults may give any other."""

    OK = 0
    PARTIAL_OK = 20001
    INVALID_PARAMS = 40000
    PERMISSION_ERROR = 40001
    PARAM_ERROR = 40002
    NOT_IMPL = 40008
    ID_LIMIT_EXCEED = 40011
    INVALID_API_VERSION = 40051
    INVALID_BATCH_SIZE = 40061
    PII_NOT_HASHED = 40062
    INVALID_PARTNER_NAME = 40063
    REQUEST_TOO_FREQUENT = 40100
    INVALID_PARTNER = 40101
    ACCESS_TOKEN_EXPIRE = 40102
    REFRESH_TOKEN_EXPIRE = 40103
    EMPTY_ACCESS_TOKEN = 40104
    INVALID_ACCESS_TOKEN = 40105
    INVALID_REFRESH_TOKEN = 40107
    INVALID_GRANT_TYPE = 40108
    AUTH_CODE_ERROR = 40110
    NOT_IN_WHITELIST = 40118
    SCOPE_NOT_AUTHORIZED = 40130
    GENERAL_TASK_ERROR = 40200
    TASK_NOT_READY = 40201
    ROUTE_NOT_FOUND = 40400
    INTERNAL_TIME_OUT = 51010


class ApiError(Exception):
    """An answer with a code other than 0; handlers raise it, the application wraps it."""

    def __init__(self, code: int, message: str, *, status: int = 200) -> None:
        super().__init__(f"{code} {message}")
        self.code = int(code)
        self.message = message
        self.status = status


def invalid(field: str, reason: str) -> ApiError:
    """Return the 40002 that names the field, in the shape `<field>: <reason>`."""
    return ApiError(Code.PARAM_ERROR, f"{field}: {reason}")


class RequestIds:
    """Request ids as TikTok makes them: UTC time, then hexadecimal. Unique within a sandbox."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def next(self, now: datetime) -> str:
        """Return the next id, 34 characters."""
        return f"{now:%Y%m%d%H%M%S}{next(self._numbers):020X}"


def ok(data: object, request_id: str, *, head: tuple[tuple[str, str], ...] = ()) -> Response:
    """Wrap a handler's data as a success."""
    return answer(Code.OK, "OK", request_id, data=data, head=head)


def answer(
    code: int,
    message: str,
    request_id: str,
    *,
    data: object = None,
    status: int = 200,
    head: tuple[tuple[str, str], ...] = (),
    beside: dict[str, object] | None = None,
) -> Response:
    """Return the envelope; `data` of None leaves the key out (TikTok: no data on failure).

    `beside` goes beside code and message, where `oauth/token/` has its data.
    """
    envelope: dict[str, object] = {"code": int(code), "message": message, "request_id": request_id}
    envelope |= beside or {}
    if data is not None:
        envelope["data"] = data
    head = (("X-Tt-Logid", request_id), *head)
    return Response(orjson.dumps(envelope), status, head=head, request_id=request_id)
