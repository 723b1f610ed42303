"""Print the receipts of the demo's three events with a story, and what TikTok itself counted."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from sandbox.demo.table import format_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Row = dict[str, Any]
    Rows = Callable[..., list[Row]]

WIDTH = 110


def stories(rows: Rows) -> str:
    """Return the receipts of the three events."""
    return "\n\n".join(
        _story(row, rows("attempts", outbox_id=row["outbox_id"])) for row in rows("stories")
    )


def reconciliation(rows: Rows) -> str:
    """Return receipts and TikTok's counts by pixel."""
    return format_table(
        [
            {
                "pixel": row["event_source_id"],
                "days (UTC)": f"{row['first_date']} to {row['last_date']}",
                "receipts": f"{row['receipts']:,}",
                "TikTok counted": f"{row['counted']:,}",
                "missing": f"{row['missing']:,}",
                "of others": f"{row['foreign_events']:,}",
            }
            for row in rows("reconciliation")
        ],
        left=("pixel", "days (UTC)"),
    )


def _story(row: Row, attempts: list[Row]) -> str:
    facts = [
        ("event", f"{row['event']} {row['event_id']} to pixel {row['event_source_id']}"),
        ("happened", _moment(row["occurred_at"])),
        ("enqueued", _moment(row["enqueued_at"])),
        ("purchase", _purchase(row)),
        *((f"attempt {one['attempt']}", _attempt(one)) for one in attempts),
        ("state", f"{row['state']}{_replays(row['replays'])}"),
        ("reason", row["reason"]),
        ("consent", row["consent_state"]),
        ("sent", f"{row['signal_names']} (hashed where TikTok takes hashes)"),
        ("withheld", row["withheld"]),
    ]
    width = max(len(name) for name, _ in facts)
    lines = [
        textwrap.fill(
            str(value),
            width=WIDTH,
            initial_indent=f"    {name:<{width}}  ",
            subsequent_indent=" " * (width + 6),
            break_on_hyphens=False,
        )
        for name, value in facts
        if value
    ]
    return "\n".join([f"  {row['story']}", *lines])


def _attempt(one: Row) -> str:
    said = "" if not one["code"] else f" {one['code']}: {one['message']}"
    return f"{one['sent_at_utc']}  {one['outcome']}{said} (request {one['request_id']})"


def _purchase(row: Row) -> str:
    if row["purchase_event_id"] is None:
        return ""
    return f"{row['purchase_event_id']}, delivered {_moment(row['purchase_delivered_at'])}"


def _replays(number: int) -> str:
    return "" if not number else f" after {number} replay{'' if number == 1 else 's'}"


def _moment(value: datetime | None) -> str:
    return "" if value is None else f"{value:%Y-%m-%d %H:%M:%S}"
