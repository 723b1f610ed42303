"""Collects rows of the user's tables that fall into a stretch of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.world.tables import TABLES

if TYPE_CHECKING:
    from sandbox.world.tables import Row


class Book:
    """Rows by table, of [since, until) in Unix seconds."""

    def __init__(self, since: int, until: int) -> None:
        self.since = since
        self.until = until
        self.rows: dict[type[Row], list[Row]] = {table: [] for table in TABLES}
        self.count = 0

    def wants(self, at: int) -> bool:
        """Return whether a moment falls into the book's time."""
        return self.since <= at < self.until

    def overlaps(self, first: int, last: int) -> bool:
        """Return whether something that lasts from `first` to `last` may fall into it."""
        return first < self.until and last >= self.since

    def add(self, row: Row) -> None:
        """Keep a row, whose time the caller has checked."""
        self.rows[type(row)].append(row)
        self.count += 1

    def take(self) -> dict[type[Row], list[Row]]:
        """Return the rows kept so far and begin anew."""
        taken, self.rows = self.rows, {table: [] for table in TABLES}
        self.count = 0
        return taken


def moment(at: int) -> datetime:
    """Return Unix seconds as a time in UTC."""
    return datetime.fromtimestamp(at, UTC)
