"""Say what is wrong with delivery, in one sentence each, before somebody misses the events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.reasons import HINTS, Reason
from airflow_provider_tiktok.warehouse.database import statement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    import psycopg

    from airflow_provider_tiktok.api.accounts import PixelEventCount


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
    """One thing that is wrong: which check found it, where, and what to do."""

    check: str
    event_source_id: str
    message: str


def find_alerts(
    connection: psycopg.Connection[Any], thresholds: Thresholds | None = None
) -> list[Alert]:
    """Return everything that is wrong with delivery now; nothing when all is well."""
    limits = thresholds or Thresholds()
    return [
        *_backlog(connection, limits),
        *_quarantine(connection, limits),
        *_blocked(connection),
        *_expired_unknown(connection, limits),
        *_coverage(connection, limits),
    ]


def compare_with_tiktok(
    connection: psycopg.Connection[Any],
    event_source_id: str,
    day: date,
    counted: Iterable[PixelEventCount],
) -> list[Alert]:
    """Return where TikTok counted other numbers than we have receipts for.

    :param day: a UTC day that is over; TikTok may need hours to count it.
    :param counted: what `pixel_event_stats` answered for this pixel and day only.
    """
    ours = dict(
        connection.execute(
            statement("delivery_checks/delivered_counts"),
            {"event_source_id": event_source_id, "day": day},
        ).fetchall()
    )
    theirs = {count.event: count.server_count for count in counted if count.server_count}
    alerts = []
    for event in sorted(ours.keys() | theirs.keys()):
        sent, found = ours.get(event, 0), theirs.get(event, 0)
        if sent == found:
            continue
        gap = (
            f"TikTok counted {sent - found} fewer than it accepted"
            if sent > found
            else f"TikTok counted {found - sent} that this warehouse has no receipt for: look for "
            "another sender with the same pixel"
        )
        message = f"{event} on {day}: {sent} receipts, {found} counted. {gap}."
        alerts.append(Alert("stats", event_source_id, message))
    return alerts


def _backlog(connection: psycopg.Connection[Any], limits: Thresholds) -> list[Alert]:
    rows = connection.execute(
        statement("delivery_checks/backlog"), {"longest_wait": limits.longest_wait}
    )
    return [
        Alert(
            "backlog",
            pixel,
            f"{events} events wait, the oldest for {age.total_seconds() / 3600:.0f} hours. Look at "
            "the task deliver of the DAG tiktok_events for this pixel.",
        )
        for pixel, events, age in rows
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


def _blocked(connection: psycopg.Connection[Any]) -> list[Alert]:
    rows = connection.execute(statement("delivery_checks/blocked"))
    return [
        Alert(
            "needs_reauth" if reason == "reauthorise" else "blocked",
            pixel,
            f"TikTok takes no events since {since:%Y-%m-%d %H:%M} UTC (request {request_id}): "
            f"{message}",
        )
        for pixel, reason, message, request_id, since in rows
    ]


def _expired_unknown(connection: psycopg.Connection[Any], limits: Thresholds) -> list[Alert]:
    rows = connection.execute(
        statement("delivery_checks/expired_unknown"), {"period": limits.period}
    )
    return [
        Alert(
            "expired_unknown",
            pixel,
            f"{events} events were given up: {HINTS[Reason.OUTCOME_UNKNOWN]}",
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
