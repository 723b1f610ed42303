"""Call TikTok: wait for the quota, send, classify, and repeat what may succeed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from airflow_provider_tiktok.api.errors import (
    ErrorClass,
    Outcome,
    TikTokError,
    TikTokShrinkError,
    classify,
    error_for,
)
from airflow_provider_tiktok.api.fields import unreadable
from airflow_provider_tiktok.api.hosts import RefusedUrlError
from airflow_provider_tiktok.api.local_outcomes import (
    out_of_quota,
    received,
    timed_out_too_often,
)
from airflow_provider_tiktok.api.messages import (
    ApiRequest,
    ApiResponse,
    Failure,
    FileAnswer,
    TransportError,
)
from airflow_provider_tiktok.api.retry import Action, RetryPolicy, TimeoutMemory, Tries, decide
from airflow_provider_tiktok.api.return_codes import COOL_DOWN_SECONDS
from airflow_provider_tiktok.api.scrub import scrub
from airflow_provider_tiktok.api.strict_json import LARGEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_tiktok.api.limiter import Limiter
    from airflow_provider_tiktok.api.timing import Clock, Randomness, Sleep

log = logging.getLogger(__name__)

# Creating a report task counts against the app's general quota as well.
_QUOTA_GROUPS = {
    "general": ("general",),
    "events": ("events",),
    "report_task": ("general", "report_task"),
}


# Four times a report of a million rows. What begins with a bracket is JSON or HTML, and no file.
LARGEST_FILE_BYTES = 1024**3
_NO_FILE = (b"", b"{", b"<")


class Sender(Protocol):
    """What `transport.Transport` does for the client."""

    def send(self, request: ApiRequest, access_token: str | None) -> ApiResponse:
        """Return the answer, or raise `TransportError`."""
        ...

    def send_for_file(
        self, request: ApiRequest, access_token: str | None, largest_bytes: int
    ) -> FileAnswer:
        """Return the beginning of the answer, or raise `TransportError`."""
        ...

    def download(self, url: str, largest_bytes: int) -> FileAnswer:
        """Return the beginning of a file; raise `RefusedUrlError` or `TransportError`."""
        ...


_Exchange = Callable[[ApiRequest, str | None], Outcome]


class TikTokClient:
    """The TikTok Business API for one app and one token. Threads may share it.

    `access_token` is asked before every call, so that a token changed elsewhere is picked up; None
    for calls that need no token. `patience` is how many seconds `call_once` waits for the quota
    before it returns a THROTTLE outcome unsent, `call_patience` the same for `call`.
    """

    def __init__(
        self,
        transport: Sender,
        *,
        access_token: Callable[[], str] | None,
        limiter: Limiter,
        clock: Clock,
        sleep: Sleep,
        rng: Randomness,
        policy: RetryPolicy | None = None,
        patience: float = 30.0,
        call_patience: float = 900.0,
    ) -> None:
        """Keep what the client needs; sends nothing."""
        self._transport = transport
        self._access_token = access_token
        self._limiter = limiter
        self._clock = clock
        self._sleep = sleep
        self._rng = rng
        self._policy = policy or RetryPolicy()
        self._patience = patience
        self._call_patience = call_patience
        self._timeouts = TimeoutMemory(clock)

    def call_once(
        self, request: ApiRequest, *, leaving: Callable[[], None] = lambda: None
    ) -> Outcome:
        """Wait for the quota, send once and return what came of it.

        Never repeats and never raises for an answer or a failure of the network. An outcome with
        `may_have_arrived` False was not sent, or cannot have reached TikTok. What the quota or the
        token source raises is raised.

        :param leaving: called when bytes are about to leave; what is raised before was not sent.
        """

        def exchange(request: ApiRequest, token: str | None) -> Outcome:
            leaving()
            return self._exchange(request, token)

        return self._send(request, exchange, self._patience)

    def call(self, request: ApiRequest, *, can_shrink: bool = False) -> object:
        """Return the `data` of a whole success; repeat by the policy, else raise `TikTokError`.

        With `can_shrink` a time-out raises `TikTokShrinkError` at once: ask again for less.
        """
        return self.call_outcome(request, can_shrink=can_shrink).data

    def call_outcome(self, request: ApiRequest, *, can_shrink: bool = False) -> Outcome:
        """Do as `call`, and return the whole outcome (request id, throttle header)."""
        return self._repeat(request, self._exchange, can_shrink=can_shrink)

    def call_file(self, request: ApiRequest) -> Outcome:
        """Do as `call_outcome` where the answer may be a file: `data` is then a `FileAnswer`."""
        return self._repeat(request, self._exchange_file, can_shrink=False)

    def fetch(self, url: str) -> FileAnswer:
        """Return the beginning of a file at one of TikTok's download addresses.

        Sends neither token nor retries. Raises `TikTokError`; a refused address is an answer that
        cannot be understood.
        """
        what = "a download address"
        problem: TikTokError
        try:
            file = self._transport.download(url, LARGEST_FILE_BYTES)
        except RefusedUrlError as error:
            problem = unreadable(what, str(error))
        except TransportError as error:
            problem = error_for(classify(error), what)
        else:
            return replace(file, pieces=_guarded(file.pieces, what))
        raise problem

    def _repeat(self, request: ApiRequest, exchange: _Exchange, *, can_shrink: bool) -> Outcome:
        tries = Tries()
        while True:
            outcome = self._send(request, exchange, self._call_patience)
            tries = tries.after(outcome)
            decision = decide(
                outcome,
                tries,
                policy=self._policy,
                is_read=request.is_read,
                can_shrink=can_shrink,
                chance=self._rng.random(),
            )
            if decision.action is Action.TAKE:
                return outcome
            if decision.action is Action.SHRINK:
                raise TikTokShrinkError(outcome, request.path)
            if decision.action is Action.GIVE_UP or not outcome.was_sent:
                raise error_for(outcome, request.path)
            log.warning(
                "%s: %s; asking again in %.1f s (request %s)",
                request.path,
                outcome.error_class,
                decision.wait,
                outcome.request_id,
            )
            self._sleep(decision.wait)

    def _send(self, request: ApiRequest, exchange: _Exchange, patience: float) -> Outcome:
        blocked = self._timeouts.blocked_for(request.fingerprint)
        if blocked > 0:
            return timed_out_too_often(blocked)
        wait = self._wait_for_quota(request, patience)
        if wait > 0:
            return out_of_quota(wait)
        token = self._access_token() if request.needs_token and self._access_token else None
        outcome = exchange(request, token)
        self._observe(request, outcome)
        secrets = request.secrets() | ({token} if token else set())
        return replace(outcome, message=scrub(outcome.message, secrets))

    def _exchange(self, request: ApiRequest, token: str | None) -> Outcome:
        answer: ApiResponse | TransportError
        try:
            answer = self._transport.send(request, token)
        except TransportError as error:
            answer = error
        return classify(answer, is_read=request.is_read, now=self._clock())

    def _exchange_file(self, request: ApiRequest, token: str | None) -> Outcome:
        answer: ApiResponse | TransportError
        try:
            file = self._transport.send_for_file(request, token, LARGEST_FILE_BYTES)
            first = next(file.pieces, b"")
            if file.status == HTTPStatus.OK and first[:1] not in _NO_FILE:
                pieces = _guarded(chain([first], file.pieces), request.path)
                return received(replace(file, pieces=pieces))
            with closing(file):
                answer = ApiResponse(file.status, file.headers, first + _rest(file.pieces))
        except TransportError as error:
            answer = error
        return classify(answer, is_read=request.is_read, now=self._clock())

    def _wait_for_quota(self, request: ApiRequest, patience: float) -> float:
        """Wait at most `patience` seconds; return 0, or the seconds that are still to wait."""
        for group in _QUOTA_GROUPS[request.group]:
            while (wait := self._limiter.acquire(group)) > 0:
                if wait > patience:
                    return wait
                patience -= wait
                self._sleep(wait)
        return 0.0

    def _observe(self, request: ApiRequest, outcome: Outcome) -> None:
        if outcome.is_timeout:
            self._timeouts.note(request.fingerprint())
        if outcome.error_class is ErrorClass.THROTTLE:
            for group in _QUOTA_GROUPS[request.group]:
                self._limiter.cool_down(group, outcome.retry_after or COOL_DOWN_SECONDS)


def _rest(pieces: Iterator[bytes]) -> bytes:
    """Return what is left of an answer that turned out to be no file."""
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > LARGEST_BYTES:
            raise TransportError(Failure.TOO_LARGE, "the answer is too large")
    return bytes(content)


def _guarded(pieces: Iterator[bytes], what: str) -> Iterator[bytes]:
    """Yield the pieces; raise `TikTokError` when the file breaks off."""
    try:
        yield from pieces
    except TransportError as error:
        outcome = classify(error)
    else:
        return
    raise error_for(outcome, what)
