"""Load a report into the ledger: one pull, and a snapshot of each value that it changes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row

from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.failpoint import failpoint
from airflow_provider_tiktok.warehouse.spend_gaps import write_gaps
from airflow_provider_tiktok.warehouse.spend_staging import keep_rejected, settle_duplicates, stage
from airflow_provider_tiktok.warehouse.spend_time import account_zone

if TYPE_CHECKING:
    from datetime import date, datetime

    import psycopg

    from airflow_provider_tiktok.api.reports import ReportReader, ReportRequest


@dataclass(frozen=True)
class PullResult:
    """What one pull read, and what it changed in the ledger.

    ``rows_absent`` of the ``rows_changed`` snapshots are zeros of keys that are gone;
    ``spend_change`` is what all of them add to the account's spend, in its currency.
    ``stale_dates`` are days that a newer pull had read already: nothing was lowered there.
    ``gaps_changed`` counts differences between an account's total and its ads that opened, changed
    or closed; ``rows_late`` known numbers that changed more than 35 days after their day.
    """

    pull_id: int
    rows_read: int
    rows_changed: int
    rows_absent: int
    rows_rejected: int
    is_complete: bool
    incomplete_reason: str | None
    stale_dates: tuple[date, ...] = ()
    spend_change: Decimal = Decimal(0)
    gaps_changed: int = 0
    rows_late: int = 0

    def late_changes(self, request: ReportRequest) -> str | None:
        """Say that numbers changed which count as settled; None where none did."""
        if not self.rows_late:
            return None
        return (
            f"Advertiser {request.advertiser_id}, {request.start_date} to {request.end_date}: "
            f"{self.rows_late} numbers changed more than 35 days after their day. They are in the "
            "ledger; tiktok_raw.late_spend_changes lists them."
        )


def load_report(
    connection: psycopg.Connection[Any],
    request: ReportRequest,
    reader: ReportReader,
    *,
    display_timezone: str,
    currency: str | None,
    run_id: str | None = None,
    report_mode: str = "sync",
    observed_at: datetime | None = None,
) -> PullResult:
    """Read a report to its end, write what changed, and return the counts.

    Everything is one transaction: a killed pull leaves nothing. Rows go to the database page by
    page, so memory stays flat. A pull that is not provably complete adds keys and raises numbers,
    but lowers nothing and marks nothing absent; so does one that a newer reading has overtaken.

    :param display_timezone: the account's zone, whose repeated hours TikTok may send twice.
    :param currency: the account's, for rows that do not name theirs; amounts are never converted.
    :param run_id: the Airflow run, for the log of pulls.
    :param report_mode: ``sync`` or ``async``.
    :param observed_at: when TikTok was asked, if that was before now (an asynchronous report).
    :raises TikTokError: a page failed. The pages before it are kept, as an incomplete pull.
    :raises TimeZoneError: *display_timezone* is unknown; nothing was read.
    """
    zone = account_zone(display_timezone)
    pull: dict[str, Any] = {
        "advertiser_id": request.advertiser_id,
        "data_level": request.data_level,
        "time_dimension": request.time_dimension,
        "start_date": request.start_date,
        "end_date": request.end_date,
        "display_timezone": display_timezone,
        "currency": currency,
        "metrics": list(request.metrics),
        "report_mode": report_mode,
        "run_id": run_id,
        "observed_at": observed_at,
    }
    with connection.transaction():
        connection.execute(statement("spend/set_memory"))
        pull |= _row(connection, "spend/start_pull", pull)
        staged = stage(connection, request, reader)
        connection.execute(statement("spend/lock_days"), pull)
        settle_duplicates(connection, request, staged, zone=zone, asked_at=pull["observed_at"])
        pull |= {
            "currency": staged.currency or currency,
            "pages": staged.pages,
            "total_number": reader.total_number,
            "rows_read": staged.rows_read,
            "rows_rejected": staged.rows_rejected,
            "is_complete": staged.incomplete_reason is None,
            "incomplete_reason": staged.incomplete_reason,
            "skipped_metrics": list(reader.skipped_metrics),
            "request_ids": list(reader.request_ids),
        }
        failpoint("pull_before_snapshots")
        pull |= _row(connection, "spend/apply_pull", pull)
        failpoint("pull_after_snapshots")
        if _row(connection, "spend/lacks_statistics", pull)["lacks_statistics"]:
            connection.execute(statement("spend/count_few_values"))
            connection.execute(statement("spend/count_values"))
        keep_rejected(connection, pull["pull_id"], staged)
        connection.execute(statement("spend/finish_pull"), pull)
        failpoint("pull_before_gaps")
        gaps_changed = write_gaps(connection, pull)
        failpoint("pull_before_commit")
    failpoint("pull_after_commit")
    if staged.error is not None:
        raise staged.error
    return PullResult(
        pull_id=pull["pull_id"],
        rows_read=staged.rows_read,
        rows_changed=pull["rows_changed"],
        rows_absent=pull["rows_absent"],
        rows_rejected=staged.rows_rejected,
        is_complete=pull["is_complete"],
        incomplete_reason=staged.incomplete_reason,
        stale_dates=tuple(pull["stale_dates"]),
        spend_change=pull["spend_change"],
        gaps_changed=gaps_changed,
        rows_late=pull["rows_late"],
    )


def _row(
    connection: psycopg.Connection[Any],
    name: str,
    parameters: dict[str, Any],
) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(statement(name), parameters).fetchone()
    return row or {}
