"""The rows that a run delivers: purchases, refunds that may come first, and rows TikTok refuses."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql

from tests.chaos.plan import PIXELS, START
from tests.integration.outbox.export import purchase, refund

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

ONE_REFUND_IN = 10
ONE_POISONED_IN = 400

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Rows in the order in which they appear in the warehouse, and how each must end."""

    rows: tuple[Row, ...]
    must_arrive: frozenset[str]
    must_not_arrive: dict[str, str]  # event_id -> the state it must end in


def make_source(seed: int, events: int) -> Source:
    """Return so many rows; the same seed gives the same rows in the same order."""
    rng = random.Random(f"source {seed}")
    rows: list[tuple[float, Row]] = []
    refused: dict[str, str] = {}
    number = 0
    while len(rows) < events:
        number += 1
        pixel = PIXELS[number % len(PIXELS)]
        poisoned = number % ONE_POISONED_IN == ONE_POISONED_IN // 2
        currency = {"currency": "XXX"} if poisoned else {}
        changes = {"event_source_id": pixel, "event_time": START, **currency}
        rows.append((number, purchase(number, **changes)))
        if poisoned:
            refused[f"ord_{number}"] = "quarantined"
        if number % ONE_REFUND_IN == 0 and len(rows) < events:
            # Half of them are there before their purchase.
            place = number + rng.uniform(-30, 30)
            row = refund(number, event_source_id=pixel, event_time=START)
            rows.append((place, row))
            if poisoned:
                refused[f"refund_{number}"] = "suppressed"
    rows.sort(key=lambda placed: placed[0])
    ordered = tuple(row for _, row in rows)
    ids = frozenset(row["event_id"] for row in ordered)
    return Source(ordered, ids - refused.keys(), refused)


def copy_rows(connection: psycopg.Connection[Any], rows: Sequence[Row]) -> None:
    """Write rows into the export table."""
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    target = sql.SQL("copy exports.events ({}) from stdin").format(
        sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(target) as copy:
        for row in rows:
            copy.write_row([row.get(name) for name in names])
