"""Name what becomes of an event in the words of a plan and of a report. Pure."""

from __future__ import annotations

from airflow_provider_tiktok.events.reasons import Reason

WITHOUT_CONSENT = frozenset(
    {
        Reason.CONSENT_DENIED,
        Reason.CONSENT_UNKNOWN,
        Reason.CONSENT_WITHDRAWN,
        Reason.CONSENT_LEAVES_NOTHING,
        Reason.LIMITED_DATA_USE,
        Reason.FORGOTTEN,
    }
)
WITHOUT_SIGNALS = frozenset({Reason.NO_SIGNAL, Reason.SIGNALS_LEAVE_NOTHING})
OUTCOMES = {
    "new": "would be sent",
    "sent": "sent since the plan",
    "already_sent": "sent before",
    "waiting": "in the outbox, not sent yet",
    "changed": "in the outbox, and its row says something else now",
    "too_old": "older than TikTok takes",
    "without_consent": "its person did not consent",
    "without_signals": "nothing by which TikTok could find a person",
    "refused": "cannot be sent as it is",
    "outcome_unknown": "TikTok may have it or not",
    "read": "days read completely",
    "incomplete": "days read, not provably completely",
    "not_read": "days not read",
}


def outcome_of(state: str, reason: str | None, *, was_settled: bool = False) -> str:
    """Return the word for an event's state.

    :param was_settled: it was in that state before the backfill began.
    """
    if state == "delivered":
        return "already_sent" if was_settled else "sent"
    if state in {"pending", "inflight"}:
        return "waiting"
    if state == "expired_unknown":
        return "outcome_unknown"
    if state == "expired":
        return "too_old"
    if reason in WITHOUT_CONSENT:
        return "without_consent"
    return "without_signals" if reason in WITHOUT_SIGNALS else "refused"
