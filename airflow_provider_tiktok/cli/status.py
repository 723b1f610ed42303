"""Show where the pulls and the events of a connection stand, as plain text."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.cli.text import table
from airflow_provider_tiktok.warehouse.backfill import progress
from airflow_provider_tiktok.warehouse.status import event_reasons, event_states, last_pulls, now

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

UNITS = (
    (timedelta(days=1), "days"),
    (timedelta(hours=1), "hours"),
    (timedelta(minutes=1), "minutes"),
)


def status_text(warehouse: psycopg.Connection[Any], connection_id: str) -> str:
    """Return tables: the pulls, the events by state, why some ended badly, and the backfills."""
    current = now(warehouse)
    pulls = [
        (
            pull.advertiser_id,
            pull.advertiser_name or "",
            "off" if not pull.is_enabled else "gone" if pull.missing_since else "on",
            _ago(pull.last_complete_at, current),
            pull.incomplete_reason or "",
        )
        for pull in last_pulls(warehouse, connection_id)
    ]
    events = [
        (
            count.event_source_id,
            count.kind,
            count.state,
            str(count.events),
            _ago(count.oldest, current),
        )
        for count in event_states(warehouse, connection_id)
    ]
    reasons = [
        (reason.reason, str(reason.events), reason.example, reason.hint or "")
        for reason in event_reasons(warehouse, connection_id)
    ]
    backfills = [
        (
            str(backfill.backfill_id),
            ", ".join(backfill.what),
            f"{backfill.first_day} to {backfill.last_day}",
            backfill.state.replace("_", " "),
            f"{backfill.slices_done} of {backfill.slices}",
            _ago(backfill.planned_at, current),
            backfill.last_message or "",
        )
        for backfill in progress(warehouse, connection_id)
    ]
    return "\n".join(
        [
            f"Spend of {connection_id} at {current:%Y-%m-%d %H:%M} UTC",
            table(("advertiser", "name", "", "last complete pull", "last problem"), pulls),
            "",
            "Events",
            table(("pixel", "kind", "state", "events", "oldest"), events),
            "",
            "Not delivered for good",
            table(("reason", "events", "such as", "what to do"), reasons),
            "",
            "Backfills",
            table(("", "what", "days", "", "slices done", "planned", "what is left"), backfills),
        ]
    )


def _ago(moment: datetime | None, current: datetime) -> str:
    if moment is None:
        return "never"
    passed = current - moment
    for unit, name in UNITS:
        if passed >= 2 * unit:
            return f"{passed // unit} {name} ago"
    return "just now"
