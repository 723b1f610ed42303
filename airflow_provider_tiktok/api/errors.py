"""What an answer means and what to do next. `classify` is total; success is the body's code.

TikTokError                    carries the outcome and the endpoint; never a secret
├── TikTokRetryableError       transient: ask again later
│   └── TikTokShrinkError      it timed out: ask for less, never for the same again
├── TikTokThrottledError       the quota is used up: wait for the cool-down
├── TikTokReauthoriseError     a person must authorise again
├── TikTokConfigurationError   a person must correct a setting, a permission or the network
├── TikTokRequestError         the request is wrong or too large: the same one never succeeds
└── TikTokAnswerError          it may have been done: the answer cannot be understood
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.messages import ApiResponse, Failure, TransportError
from airflow_provider_tiktok.api.retry_after import retry_after_seconds
from airflow_provider_tiktok.api.return_codes import COOL_DOWN_SECONDS, ErrorClass, meaning_of
from airflow_provider_tiktok.api.strict_json import NotStrictJsonError, parse

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "ErrorClass",
    "Outcome",
    "TikTokAnswerError",
    "TikTokConfigurationError",
    "TikTokError",
    "TikTokReauthoriseError",
    "TikTokRequestError",
    "TikTokRetryableError",
    "TikTokShrinkError",
    "TikTokThrottledError",
    "classify",
    "error_for",
]

_TIMEOUT_CODES = frozenset({50002, 51010})
_TIMEOUT_STATUSES = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT})
_TRANSIENT_STATUSES = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_LONGEST_MESSAGE = 1000

_BETWEEN = (
    "This answer is not TikTok's: check the proxy and the firewall between this worker and TikTok, "
    "and [tiktok] local_url."
)
_NETWORK = "Check that this worker reaches business-api.tiktok.com on port 443 (proxy, DNS)."
_FAILURE_STEPS = {
    Failure.CERTIFICATE: (
        ErrorClass.CONFIGURATION,
        "Set [tiktok] ca_bundle to the certificates of your proxy. Verification cannot be off.",
    ),
    Failure.UNSENDABLE: (
        ErrorClass.CONFIGURATION,
        "Paste the access token again: it is empty or holds a character that no token has.",
    ),
    Failure.PROXY: (ErrorClass.RETRY, "Check the proxy of this worker (HTTPS_PROXY)."),
    Failure.TOO_LARGE: (ErrorClass.UNKNOWN, "Ask for less in one call: fewer days or metrics."),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call came to.

    `retry_after` is the least number of seconds before the next call: from the Retry-After header,
    else from the table of return codes, else None. `may_have_arrived` is False only when no byte
    can have reached TikTok; `was_sent` is False when the client held the call back.
    `is_timeout` says that TikTok counts it against the same request.
    """

    error_class: ErrorClass
    http_status: int | None
    code: int | None
    message: str
    request_id: str | None
    retry_after: float | None
    data: object = field(repr=False)
    next_step: str
    may_have_arrived: bool = True
    was_sent: bool = True
    is_timeout: bool = False
    throttle_header: str | None = None

    @property
    def is_success(self) -> bool:
        """True when TikTok took the whole request."""
        return self.error_class is ErrorClass.SUCCESS


class TikTokError(Exception):
    """A call did not succeed. `str()` says what happened and what to do, request id first."""

    def __init__(self, outcome: Outcome, endpoint: str) -> None:
        """Keep the outcome and the endpoint's path."""
        super().__init__(outcome, endpoint)
        self.outcome = outcome
        self.endpoint = endpoint

    def __str__(self) -> str:
        """Return one sentence for the log and one for the person who reads it."""
        outcome = self.outcome
        request = f"Request {outcome.request_id}: " if outcome.request_id else ""
        if outcome.code is not None:
            name = meaning_of(outcome.code).name
            what = f"TikTok answered {outcome.code} ({name}): {outcome.message}"
        elif outcome.http_status is not None:
            what = f"HTTP {outcome.http_status}: {outcome.message}"
        else:
            what = outcome.message
        return f"{request}{self.endpoint}: {what.rstrip('. ')}. {outcome.next_step}"


class TikTokRetryableError(TikTokError):
    """Transient: the same call may succeed later."""


class TikTokShrinkError(TikTokRetryableError):
    """The request timed out: ask for less. TikTok blocks a request that times out three times."""


class TikTokThrottledError(TikTokError):
    """The quota is used up: nothing of this app may be sent before the cool-down ends."""


class TikTokReauthoriseError(TikTokError):
    """A person must authorise the app again."""


class TikTokConfigurationError(TikTokError):
    """A person must correct a setting, a permission or the network."""


class TikTokRequestError(TikTokError):
    """The request is wrong or too large: the same request never succeeds."""


class TikTokAnswerError(TikTokError):
    """The answer cannot be understood, or says that a part was done: it may have been done."""


_ERRORS: dict[ErrorClass, type[TikTokError]] = {
    ErrorClass.PARTIAL: TikTokAnswerError,
    ErrorClass.RETRY: TikTokRetryableError,
    ErrorClass.THROTTLE: TikTokThrottledError,
    ErrorClass.REAUTHORISE: TikTokReauthoriseError,
    ErrorClass.CONFIGURATION: TikTokConfigurationError,
    ErrorClass.QUARANTINE: TikTokRequestError,
    ErrorClass.SPLIT: TikTokRequestError,
    ErrorClass.UNKNOWN: TikTokAnswerError,
}


def error_for(outcome: Outcome, endpoint: str) -> TikTokError:
    """Return the exception that says what to do next. `outcome` must not be a success."""
    return _ERRORS[outcome.error_class](outcome, endpoint)


def classify(
    answer: ApiResponse | TransportError, *, is_read: bool = True, now: datetime | None = None
) -> Outcome:
    """Return what an answer, or the lack of one, means. Never raises.

    The body's integer `code` decides whenever there is one, whatever the HTTP status, because
    TikTok answers most errors with HTTP 200 and some throttles with 401. Only a redirect is
    refused unread. Without a code the status decides. `is_read` False turns "failed somewhere on
    the way" from RETRY to UNKNOWN: a write may have been done.
    """
    if isinstance(answer, TransportError):
        outcome = _from_failure(answer)
    elif HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        outcome = _bare(answer, ErrorClass.CONFIGURATION, "a redirect, not followed", _BETWEEN)
    else:
        outcome = _from_body(answer)
    if isinstance(answer, ApiResponse):
        waited = retry_after_seconds(answer.headers, now)
        if waited is not None:
            outcome = replace(outcome, retry_after=waited)
    if not is_read and outcome.error_class is ErrorClass.RETRY and _may_be_done(outcome):
        outcome = replace(outcome, error_class=ErrorClass.UNKNOWN)
    return outcome


def _may_be_done(outcome: Outcome) -> bool:
    """True when a write may have been carried out although no code came back."""
    refused = outcome.http_status == HTTPStatus.SERVICE_UNAVAILABLE
    return outcome.code is None and outcome.may_have_arrived and not refused


def _from_failure(failure: TransportError) -> Outcome:
    error_class, step = _FAILURE_STEPS.get(failure.failure, (ErrorClass.RETRY, _NETWORK))
    return Outcome(
        error_class=error_class,
        http_status=failure.http_status,
        code=None,
        message=str(failure),
        request_id=None,
        retry_after=None,
        data=None,
        next_step=step,
        may_have_arrived=failure.may_have_arrived,
        is_timeout=failure.failure is Failure.READ_TIMEOUT,
    )


def _from_body(answer: ApiResponse) -> Outcome:
    try:
        body = parse(answer.body)
    except NotStrictJsonError as error:
        return _from_status(answer, str(error))
    if not isinstance(body, dict):
        return _from_status(answer, "the answer is JSON but no object")
    code = body.get("code")
    if not isinstance(code, int) or isinstance(code, bool):
        return _from_status(answer, "the answer has no whole number as code")
    meaning = meaning_of(code)
    message = body.get("message")
    request_id = body.get("request_id")
    return Outcome(
        error_class=meaning.error_class,
        http_status=answer.status,
        code=code,
        message=message[:_LONGEST_MESSAGE] if isinstance(message, str) else "",
        request_id=request_id[:_LONGEST_MESSAGE] if isinstance(request_id, str) else None,
        retry_after=meaning.wait,
        data=body.get("data", _top_level(body)),
        next_step=meaning.next_step,
        is_timeout=code in _TIMEOUT_CODES,
        throttle_header=_throttle_header(answer),
    )


def _top_level(body: dict[str, object]) -> object:
    """Return the members beside the envelope, where `oauth/token/` puts its data."""
    envelope = {"code", "message", "request_id"}
    return {name: value for name, value in body.items() if name not in envelope} or None


def _from_status(answer: ApiResponse, problem: str) -> Outcome:
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return replace(
            _bare(answer, ErrorClass.THROTTLE, problem, meaning_of(40100).next_step),
            retry_after=COOL_DOWN_SECONDS,
        )
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _bare(answer, ErrorClass.SPLIT, problem, "Send less in one call.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRANSIENT_STATUSES:
        return _bare(answer, ErrorClass.RETRY, problem, meaning_of(50000).next_step)
    if status >= HTTPStatus.BAD_REQUEST:
        return _bare(answer, ErrorClass.CONFIGURATION, problem, _BETWEEN)
    return _bare(answer, ErrorClass.UNKNOWN, problem, _BETWEEN)


def _bare(answer: ApiResponse, error_class: ErrorClass, message: str, next_step: str) -> Outcome:
    return Outcome(
        error_class=error_class,
        http_status=answer.status,
        code=None,
        message=message,
        request_id=None,
        retry_after=None,
        data=None,
        next_step=next_step,
        is_timeout=answer.status in _TIMEOUT_STATUSES,
        throttle_header=_throttle_header(answer),
    )


def _throttle_header(answer: ApiResponse) -> str | None:
    return answer.headers.get("x-tt-ads-throttle")
