"""Finished reports: the rows of a query written once, and kept while their minute lasts."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.server.report_rows import RowMaker
from sandbox.server.report_writer import RowWriter

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.server.report_query import ReportQuery
    from sandbox.server.state import State

ROWS_KEPT = 500_000


@dataclass(frozen=True)
class Report:
    """A finished report: its rows as JSON texts."""

    rows: list[str]
    totals: dict[str, Any] | None
    truncated: bool


class ReportCache:
    """The reports of late, up to a number of rows; the oldest go first."""

    def __init__(self) -> None:
        self._reports: OrderedDict[tuple[object, ...], Report] = OrderedDict()
        self._rows = 0

    def get(self, state: State, query: ReportQuery, now: datetime) -> Report:
        """Return the report as known at the start of the minute."""
        at = now.replace(second=0, microsecond=0)
        key = (query, at, state.switches)
        report = self._reports.get(key)
        if report is None:
            report = build(state, query, at)
            self._reports[key] = report
            self._rows += len(report.rows)
            while self._rows > ROWS_KEPT and len(self._reports) > 1:
                _, oldest = self._reports.popitem(last=False)
                self._rows -= len(oldest.rows)
        else:
            self._reports.move_to_end(key)
        return report

    def clear(self) -> None:
        """Forget every report."""
        self._reports.clear()
        self._rows = 0


def build(state: State, query: ReportQuery, at: datetime) -> Report:
    """Return the report of a query as known at `at`."""
    maker = RowMaker(state, query, at)
    rows = maker.rows()
    newest = maker.newest(rows, state.switches.id_limit)
    if newest is not None:
        rows = newest
    writer = RowWriter(state, query, at, maker.objects)
    totals = writer.totals(rows) if query.totals else None
    return Report([writer.text(row) for row in rows], totals, newest is not None)
