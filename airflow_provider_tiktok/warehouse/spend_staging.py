"""Stream a report into a temporary table of this transaction, and judge whether it is all."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.api.errors import TikTokError
from airflow_provider_tiktok.api.report_rows import RejectedRow
from airflow_provider_tiktok.warehouse.accounts_save import storable
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.failpoint import failpoint
from airflow_provider_tiktok.warehouse.spend_rows import RowWriter, UnstorableRowError
from airflow_provider_tiktok.warehouse.spend_time import (
    hour_starts_at,
    midnight_after,
    repeated_hours,
)

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    import psycopg

    from airflow_provider_tiktok.api.reports import (
        ReportPage,
        ReportReader,
        ReportRequest,
        ReportRow,
    )

# Enough to see what is wrong; a report that is wrong from end to end must not fill the warehouse.
REJECTED_ROWS_KEPT = 1000
# The reader's word for a key that came before: settle_duplicates says what of it.
REPEATED_KEY = "repeated_key"


@dataclass
class Staged:
    """What came of a report. ``reasons`` say why it may not be all of it; none means it is.

    ``repeated_keys`` counts the rows whose key the reader takes for one that came before: never
    too few.
    """

    pages: int = 0
    currency: str | None = None
    rows_read: int = 0
    rows_rejected: int = 0
    repeated_keys: int = 0
    rejected: list[tuple[int, str, object]] = field(default_factory=list, repr=False)
    error: TikTokError | None = None
    reasons: list[str] = field(default_factory=list)

    @property
    def incomplete_reason(self) -> str | None:
        """The reasons as one text, or None for a complete report."""
        return "; ".join(self.reasons) or None

    def reject(self, reason: str, raw: object) -> None:
        """Set a row aside; the rest of the report goes on."""
        self.rows_rejected += 1
        if len(self.rejected) < REJECTED_ROWS_KEPT:
            self.rejected.append((self.rows_read, reason, raw))


def stage(
    connection: psycopg.Connection[Any],
    request: ReportRequest,
    reader: ReportReader,
) -> Staged:
    """Copy the rows into ``staged_spend`` page by page and return what came.

    A page that fails ends the reading, not the transaction: what came before it is worth keeping.
    """
    staged = Staged()
    writer = RowWriter(request.data_level, request.start_date, request.end_date)
    connection.execute(statement("spend/create_staging"))
    with connection.cursor() as cursor, cursor.copy(statement("spend/copy_staging")) as copy:
        try:
            for page in reader:
                copy.write(_lines(page, writer, staged))
                failpoint("pull_between_pages")
        except TikTokError as error:
            staged.error = error
            staged.reasons.append(f"page {staged.pages + 1} failed: {error}")
    staged.repeated_keys = reader.repeated_keys
    if staged.error is None:
        staged.reasons += [reason for reason in reader.incomplete_reasons if reason != REPEATED_KEY]
    if staged.rows_rejected:
        staged.reasons.append(f"{staged.rows_rejected} rows could not be read")
    return staged


def settle_duplicates(
    connection: psycopg.Connection[Any],
    request: ReportRequest,
    staged: Staged,
    *,
    zone: ZoneInfo,
    asked_at: datetime,
) -> None:
    """Leave one row per key in ``staged_spend``.

    The two passes of a repeated hour add up. Any other key that came twice moved from one page to
    the next while we read; then another row was skipped, and the report is not complete.
    """
    if not staged.repeated_keys:
        return
    repeated = []
    if request.time_dimension == "stat_time_hour":
        repeated = repeated_hours(zone, request.start_date, request.end_date)
    found = connection.execute(statement("spend/find_duplicates"), {"repeated_hours": repeated})
    duplicates, shifted, same_on_two_pages = found.fetchone() or (0, 0, 0)
    if not duplicates:
        return
    # Only rows of a day that still runs move. Later, two equal rows are two equal passes.
    if asked_at < hour_starts_at(zone, midnight_after(request.end_date)):
        shifted += same_on_two_pages
    if shifted:
        staged.reasons.append(f"{shifted} keys came twice")
    connection.execute(statement("spend/fold_duplicates"), {"is_sum": not shifted})


def keep_rejected(connection: psycopg.Connection[Any], pull_id: int, staged: Staged) -> None:
    """Store the rows that were set aside, up to the first thousand."""
    with connection.cursor() as cursor:
        cursor.executemany(
            statement("spend/reject_row"),
            [
                {
                    "pull_id": pull_id,
                    "row_number": row_number,
                    "reason": reason,
                    "raw": json.dumps(storable(raw), default=str),
                }
                for row_number, reason, raw in staged.rejected
            ],
        )


def _lines(page: ReportPage, writer: RowWriter, staged: Staged) -> str:
    staged.pages += 1
    lines = []
    for row in page.rows:
        staged.rows_read += 1
        if isinstance(row, RejectedRow):
            staged.reject(row.reason, row.raw)
            continue
        try:
            lines.append(
                writer.line(row.stat_time, row.entity_id, row.metrics, row.attributes, staged.pages)
            )
        except UnstorableRowError as error:
            staged.reject(str(error), _as_sent(row))
            continue
        # The reader has seen to it that all rows of a report name the same one.
        staged.currency = staged.currency or row.attributes.get("currency")
    return "".join(lines)


def _as_sent(row: ReportRow) -> dict[str, object]:
    return {
        "stat_time": row.stat_time,
        "entity_id": row.entity_id,
        "metrics": dict(row.metrics),
        "attributes": dict(row.attributes),
    }
