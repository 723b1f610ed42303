"""Say what is wrong with delivery, in one sentence each, before somebody misses the events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.reasons import HINTS, Reason
from airflow_provider_tiktok.events.settings import LONGEST_AGE
from airflow_provider_tiktok.warehouse.database import statement

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from decimal import Decimal

    import psycopg


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on something is wrong. Shares are of 1."""

    longest_wait: timedelta = timedelta(hours=6)
    period: timedelta = timedelta(hours=24)
    most_quarantined_share: float = 0.01
    most_quarantined: int = 0
    largest_coverage_drop: float = 0.3
    fewest_events: int = 50


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that is wrong: which check found it, where, and what to do.

    `place` is a pixel code, an event set id, or a connection.
    """

    check: str
    place: str
    message: str


def find_alerts(
    connection: psycopg.Connection[Any],
    thresholds: Thresholds | None = None,
    *,
    checks: Collection[str] | None = None,
) -> list[Alert]:
    """Return everything that is wrong with delivery now; nothing when all is well.

    :param checks: names in CHECKS; all of them by default.
    """
    limits = thresholds or Thresholds()
    return [
        alert
        for name, check in CHECKS.items()
        if checks is None or name in checks
        for alert in check(connection, limits)
    ]


def _backlog(connection: psycopg.Connection[Any], limits: Thresholds) -> list[Alert]:
    rows = connection.execute(
        statement("delivery_checks/backlog"),
        {"longest_wait": limits.longest_wait, "longest_age": max(LONGEST_AGE.values())},
    )
    return [
        Alert(
            "backlog",
            pixel,
            f"Events that wait: {events}, the oldest for {age.total_seconds() / 3600:.0f} hours. "
            + (
                f"{paused_by or 'Somebody'} paused this pixel: airflow tiktok resume {pixel}."
                if is_paused
                else "Look at the task deliver of the DAG tiktok_events for this pixel."
            ),
        )
        for pixel, events, age, is_paused, paused_by in rows
    ]


def _quarantine(connection: psycopg.Connection[Any], limits: Thresholds) -> list[Alert]:
    rows = connection.execute(
        statement("delivery_checks/quarantine"),
        {
            "period": limits.period,
            "most_share": limits.most_quarantined_share,
            "most_events": limits.most_quarantined,
        },
    )
    return [
        Alert(
            "quarantine",
            pixel,
            f"{quarantined} of {ended} events were quarantined, most for {reason}. "
            f"{HINTS[Reason(reason)]}",
        )
        for pixel, quarantined, ended, reason in rows
    ]


def _blocked(connection: psycopg.Connection[Any], _limits: Thresholds) -> list[Alert]:
    refused = connection.execute(statement("delivery_checks/blocked"))
    dead = connection.execute(statement("delivery_checks/dead_tokens"))
    return [
        *(
            Alert(
                "needs_reauth" if reason == "reauthorise" else "blocked",
                pixel,
                f"TikTok takes no events since {since:%Y-%m-%d %H:%M} UTC (request {request_id}): "
                f"{message}",
            )
            for pixel, reason, message, request_id, since in refused
        ),
        *(
            Alert(
                "needs_reauth",
                connection_id,
                f"TikTok refuses the token of this connection since {since:%Y-%m-%d %H:%M} UTC "
                f"(code {code}): connect it again.",
            )
            for connection_id, code, since in dead
        ),
    ]


def _expired_unknown(connection: psycopg.Connection[Any], limits: Thresholds) -> list[Alert]:
    rows = connection.execute(
        statement("delivery_checks/expired_unknown"), {"period": limits.period}
    )
    return [
        Alert(
            "expired_unknown",
            pixel,
            f"Events that were given up: {events}. {HINTS[Reason.OUTCOME_UNKNOWN]}",
        )
        for pixel, events in rows
    ]


def _coverage(connection: psycopg.Connection[Any], limits: Thresholds) -> list[Alert]:
    rows: Iterable[tuple[str, str, str, Decimal, Decimal]] = connection.execute(
        statement("delivery_checks/coverage"),
        {
            "fewest_events": limits.fewest_events,
            "largest_drop": limits.largest_coverage_drop,
        },
    )
    return [
        Alert(
            "coverage",
            pixel,
            f"{signal} was on {last:.0%} of yesterday's {event} events, and on {earlier:.0%} in "
            "the week before. Look for a change in the page or the model that fills it.",
        )
        for pixel, event, signal, last, earlier in rows
    ]


# Each is a task of the DAG tiktok_alerts.
CHECKS: dict[str, Callable[[psycopg.Connection[Any], Thresholds], list[Alert]]] = {
    "backlog": _backlog,
    "quarantine": _quarantine,
    "blocked": _blocked,
    "expired_unknown": _expired_unknown,
    "coverage": _coverage,
}
