"""A client whose answers are written down: conversations are tested without a network."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.client import Sender, TikTokClient
from airflow_provider_tiktok.api.hosts import check_download
from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.api.messages import (
    ApiRequest,
    ApiResponse,
    Failure,
    FileAnswer,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Answer = ApiResponse | TransportError


@dataclass
class Time:
    """A clock that only moves when somebody sleeps; remembers every sleep."""

    moment: datetime = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


@dataclass
class Script:
    """A sender that answers from a list, or by a function of the request."""

    answers: list[Answer] | Callable[[ApiRequest], Answer]
    requests: list[ApiRequest] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    downloads: list[str] = field(default_factory=list)
    files: dict[str, FileAnswer] = field(default_factory=dict)
    largest_bytes: int = 0

    def send(self, request: ApiRequest, access_token: str | None) -> ApiResponse:
        self.requests.append(request)
        self.tokens.append(access_token)
        answer = self.answers(request) if callable(self.answers) else self.answers.pop(0)
        if isinstance(answer, TransportError):
            raise answer
        return answer

    def send_for_file(
        self, request: ApiRequest, access_token: str | None, largest_bytes: int
    ) -> FileAnswer:
        self.largest_bytes = largest_bytes
        answer = self.send(request, access_token)
        return file_of(answer.body, answer.status)

    def download(self, url: str, largest_bytes: int) -> FileAnswer:
        self.largest_bytes = largest_bytes
        self.downloads.append(url)
        return self.files[check_download(url, None)]


def client_of(sender: Sender, time: Time | None = None) -> TikTokClient:
    """Return a client that talks to the sender and lives in `time`."""
    time = time or Time()
    return TikTokClient(
        sender,
        access_token=lambda: "token-of-the-test",
        limiter=MemoryLimiter("basic", time.now),
        clock=time.now,
        sleep=time.sleep,
        rng=random.Random(1),
    )


def ok(data: object = None, *, headers: dict[str, str] | None = None) -> ApiResponse:
    """Return a success with `data`."""
    return coded(0, "OK", data=data, headers=headers)


def coded(
    code: int, message: str = "said", *, data: object = None, headers: dict[str, str] | None = None
) -> ApiResponse:
    """Return an answer in TikTok's envelope."""
    body = {"code": code, "message": message, "request_id": "R1", "data": data}
    return ApiResponse(200, headers or {}, json.dumps(body).encode())


def late() -> TransportError:
    """Return a read that timed out."""
    return TransportError(Failure.READ_TIMEOUT, "TikTok did not answer in time")


def file_of(body: bytes, status: int = 200, piece: int = 7) -> FileAnswer:
    """Return a file that arrives in pieces of a few bytes."""

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), piece):
            yield body[start : start + piece]

    return FileAnswer(status, {}, pieces(), lambda: None)
