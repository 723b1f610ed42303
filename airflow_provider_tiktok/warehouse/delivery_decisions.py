"""What an answer means for the events of one call: delivered, later, in smaller calls, or never.

Pure. TikTok takes a call whole or not at all (TikTok: Report App, Web, Offline, or CRM Events), and
says in its message which event it dislikes: `Batch.<i>.<path>: <reason>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.errors import ErrorClass
from airflow_provider_tiktok.api.return_codes import COOL_DOWN_SECONDS
from airflow_provider_tiktok.events.reasons import HINTS, Reason, hint_of_rejection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_tiktok.api.errors import Outcome

_INDEX = re.compile(r"\bBatch\.(\d{1,6})\b")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the events of one call.

    `outcome` is the word for the receipt. `state` is what every event of the call becomes, unless
    `pieces` (index lists) says in which smaller calls they go on. `is_unknown`: TikTok may have
    them. `was_refused`: it surely has none, so its 48 hours did not start with this call.
    `is_failure`: the run rests, and gives up after several. `least_wait` is in seconds. `stops`
    ends the run for this pixel: `throttled`, or `blocked` until a person acts.
    """

    outcome: str
    state: str = "pending"
    reason: str | None = None
    hint: str | None = None
    pieces: tuple[tuple[int, ...], ...] = ()
    is_unknown: bool = False
    was_refused: bool = False
    is_failure: bool = False
    least_wait: float = 0.0
    shrinks: bool = False
    stops: str | None = None

    @property
    def lengthens_back_off(self) -> bool:
        """True when it counts against the events; what was never sent says nothing about them."""
        return self.is_failure and self.outcome != NOT_SENT.outcome


DELIVERED = Verdict("accepted", state="delivered")
NOT_SENT = Verdict("not_sent", was_refused=True)


def decide(outcome: Outcome, events: int) -> Verdict:
    """Return what becomes of the `events` of one call."""
    if not outcome.was_sent and outcome.error_class not in _ENDS_THE_RUN:
        return _held_back(outcome)
    return _DECISIONS[outcome.error_class](outcome, events)


def pieces_of(events: int, message: str) -> tuple[tuple[int, ...], ...]:
    """Return the smaller calls in which the events of a refused call go on.

    The event that the message points at goes alone, because only an event that was refused alone
    is quarantined; without a usable index the call is halved.
    """
    found = _INDEX.search(message)
    if found and int(found[1]) < events:
        accused = int(found[1])
        rest = tuple(index for index in range(events) if index != accused)
        return (accused,), rest
    return tuple(range(events // 2)), tuple(range(events // 2, events))


def by_bytes(sizes: Sequence[int], most: int) -> tuple[tuple[int, ...], ...]:
    """Return runs of indices whose sizes add up to at most `most`, each with at least one."""
    runs: list[list[int]] = [[]]
    total = 0
    for index, size in enumerate(sizes):
        if runs[-1] and total + size > most:
            runs.append([])
            total = 0
        runs[-1].append(index)
        total += size
    return tuple(tuple(run) for run in runs if run)


def _accepted(_outcome: Outcome, _events: int) -> Verdict:
    return DELIVERED


def _partial(_outcome: Outcome, events: int) -> Verdict:
    """TikTok took some and does not say which: ask one by one, its deduplication drops the rest."""
    if events == 1:
        return Verdict("partial", state="delivered")
    return Verdict("partial", pieces=pieces_of(events, ""), is_unknown=True)


def _held_back(outcome: Outcome) -> Verdict:
    """Nothing left: this request timed out too often, or else there was no token to be had."""
    return replace(
        NOT_SENT, least_wait=outcome.retry_after or 0.0, is_failure=not outcome.is_timeout
    )


def _retry(outcome: Outcome, _events: int) -> Verdict:
    return Verdict(
        "unknown" if outcome.is_timeout else "retry",
        is_failure=True,
        is_unknown=outcome.is_timeout and outcome.may_have_arrived,
        was_refused=not outcome.may_have_arrived,
        least_wait=outcome.retry_after or 0.0,
        shrinks=outcome.is_timeout,
    )


def _throttled(outcome: Outcome, _events: int) -> Verdict:
    return Verdict(
        "throttled" if outcome.was_sent else "not_sent",
        was_refused=True,
        least_wait=outcome.retry_after or COOL_DOWN_SECONDS,
        stops="throttled",
    )


def _reauthorise(_outcome: Outcome, _events: int) -> Verdict:
    return Verdict("reauthorise", was_refused=True, stops="blocked")


def _configuration(_outcome: Outcome, _events: int) -> Verdict:
    return Verdict("configuration", was_refused=True, stops="blocked")


def _rejected(outcome: Outcome, events: int) -> Verdict:
    if events > 1:
        pieces = pieces_of(events, outcome.message)
        return Verdict("rejected", pieces=pieces, was_refused=True)
    return Verdict(
        "rejected",
        state="quarantined",
        reason=Reason.REJECTED,
        hint=hint_of_rejection(outcome.code, outcome.message),
        was_refused=True,
    )


def _too_large(_outcome: Outcome, events: int) -> Verdict:
    if events > 1:
        return Verdict("rejected", pieces=pieces_of(events, ""), was_refused=True)
    hint = HINTS[Reason.TOO_LARGE]
    return Verdict(
        "rejected", state="quarantined", reason=Reason.TOO_LARGE, hint=hint, was_refused=True
    )


def _unknown(outcome: Outcome, _events: int) -> Verdict:
    return Verdict(
        "unknown",
        is_unknown=outcome.may_have_arrived,
        is_failure=True,
        least_wait=outcome.retry_after or 0.0,
        shrinks=outcome.is_timeout,
    )


_ENDS_THE_RUN = frozenset({ErrorClass.THROTTLE, ErrorClass.REAUTHORISE, ErrorClass.CONFIGURATION})
_DECISIONS = {
    ErrorClass.SUCCESS: _accepted,
    ErrorClass.PARTIAL: _partial,
    ErrorClass.RETRY: _retry,
    ErrorClass.THROTTLE: _throttled,
    ErrorClass.REAUTHORISE: _reauthorise,
    ErrorClass.CONFIGURATION: _configuration,
    ErrorClass.QUARANTINE: _rejected,
    ErrorClass.SPLIT: _too_large,
    ErrorClass.UNKNOWN: _unknown,
}
