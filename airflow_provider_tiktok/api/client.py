"""Call TikTok: wait for the quota, send, classify, and repeat what may succeed."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from airflow_provider_tiktok.api.errors import (
    ErrorClass,
    Outcome,
    TikTokShrinkError,
    classify,
    error_for,
)
from airflow_provider_tiktok.api.messages import ApiRequest, ApiResponse, TransportError
from airflow_provider_tiktok.api.retry import Action, RetryPolicy, TimeoutMemory, Tries, decide
from airflow_provider_tiktok.api.return_codes import COOL_DOWN_SECONDS
from airflow_provider_tiktok.api.scrub import scrub

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_tiktok.api.limiter import Limiter
    from airflow_provider_tiktok.api.timing import Clock, Randomness, Sleep

log = logging.getLogger(__name__)

# Creating a report task counts against the app's general quota as well.
_QUOTA_GROUPS = {
    "general": ("general",),
    "events": ("events",),
    "report_task": ("general", "report_task"),
}


class Sender(Protocol):
    """What `transport.Transport` does for the client."""

    def send(self, request: ApiRequest, access_token: str | None) -> ApiResponse:
        """Return the answer, or raise `TransportError`."""
        ...


class TikTokClient:
    """The TikTok Business API for one app and one token.

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
        self.transport = transport
        self._access_token = access_token
        self._limiter = limiter
        self._clock = clock
        self._sleep = sleep
        self._rng = rng
        self._policy = policy or RetryPolicy()
        self._patience = patience
        self._call_patience = call_patience
        self._timeouts = TimeoutMemory(clock)

    def call_once(self, request: ApiRequest) -> Outcome:
        """Wait for the quota, send once and return what came of it.

        Never repeats and never raises for an answer or a failure of the network. An outcome with
        `may_have_arrived` False was not sent, or cannot have reached TikTok.
        """
        return self._send(request, self._patience)

    def call(self, request: ApiRequest, *, can_shrink: bool = False) -> object:
        """Return the `data` of a whole success; repeat by the policy, else raise `TikTokError`.

        With `can_shrink` a time-out raises `TikTokShrinkError` at once: ask again for less.
        """
        return self.call_outcome(request, can_shrink=can_shrink).data

    def call_outcome(self, request: ApiRequest, *, can_shrink: bool = False) -> Outcome:
        """Do as `call`, and return the whole outcome (request id, throttle header)."""
        tries = Tries()
        while True:
            outcome = self._send(request, self._call_patience)
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

    def _send(self, request: ApiRequest, patience: float) -> Outcome:
        fingerprint = request.fingerprint()
        blocked = self._timeouts.blocked_for(fingerprint)
        if blocked > 0:
            return _unsent(
                ErrorClass.RETRY,
                blocked,
                "this request timed out three times within ten minutes and was not sent again",
                "Ask for less in one call: fewer days, metrics or items.",
            )
        wait = self._wait_for_quota(request, patience)
        if wait > 0:
            return _unsent(
                ErrorClass.THROTTLE,
                wait,
                f"the quota of this app is used up for another {wait:.0f} s; nothing was sent",
                "Run this less often, or ask TikTok for a higher quota tier.",
            )
        token = self._access_token() if request.needs_token and self._access_token else None
        answer: ApiResponse | TransportError
        try:
            answer = self.transport.send(request, token)
        except TransportError as error:
            answer = error
        outcome = classify(answer, is_read=request.is_read, now=self._clock())
        self._observe(request, fingerprint, outcome)
        secrets = request.secrets() | ({token} if token else set())
        return replace(outcome, message=scrub(outcome.message, secrets))

    def _wait_for_quota(self, request: ApiRequest, patience: float) -> float:
        """Wait at most `patience` seconds; return 0, or the seconds that are still to wait."""
        for group in _QUOTA_GROUPS[request.group]:
            while (wait := self._limiter.acquire(group)) > 0:
                if wait > patience:
                    return wait
                patience -= wait
                self._sleep(wait)
        return 0.0

    def _observe(self, request: ApiRequest, fingerprint: str, outcome: Outcome) -> None:
        if outcome.is_timeout:
            self._timeouts.note(fingerprint)
        if outcome.error_class is ErrorClass.THROTTLE:
            for group in _QUOTA_GROUPS[request.group]:
                self._limiter.cool_down(group, outcome.retry_after or COOL_DOWN_SECONDS)


def _unsent(error_class: ErrorClass, wait: float, message: str, next_step: str) -> Outcome:
    return Outcome(
        error_class=error_class,
        http_status=None,
        code=None,
        message=message,
        request_id=None,
        retry_after=wait,
        data=None,
        next_step=next_step,
        may_have_arrived=False,
        was_sent=False,
    )
