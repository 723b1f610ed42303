"""Remember the asynchronous reports that are on order at TikTok."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_tiktok.warehouse.database import WarehouseError, statement
from airflow_provider_tiktok.warehouse.status import now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import psycopg

    from airflow_provider_tiktok.api.report_rows import ReportRequest


@dataclass(frozen=True)
class OrderedReport:
    """A report task at TikTok, and since when it may have read its numbers."""

    task_id: str
    requested_at: datetime
    is_new: bool


def order_report(
    connection: psycopg.Connection[Any],
    request: ReportRequest,
    create: Callable[[], str],
    *,
    run_id: str | None = None,
) -> OrderedReport:
    """Return the open task of a report, ordering it from TikTok if there is none.

    Workers that ask for the same report at once order it once. Only if a worker dies between
    TikTok's answer and the commit is it ordered again; loading both does no harm.

    :param create: orders the report and returns the task's id, as `api.reports.create_task` does.
    :raises TikTokError: TikTok did not take the order; nothing is recorded.
    """
    key: dict[str, Any] = {
        "advertiser_id": request.advertiser_id,
        "data_level": request.data_level,
        "time_dimension": request.time_dimension,
        "start_date": request.start_date,
        "end_date": request.end_date,
        "metrics": list(request.metrics),
    }
    with connection.transaction():
        connection.execute(statement("spend_tasks/lock"), key)
        found = connection.execute(statement("spend_tasks/find_open"), key).fetchone()
        if found is not None:
            task_id, ordered_at = found
            return OrderedReport(task_id, ordered_at, is_new=False)
        requested_at = now(connection)
        ordered = OrderedReport(create(), requested_at, is_new=True)
        connection.execute(
            statement("spend_tasks/record"),
            {
                **key,
                "task_id": ordered.task_id,
                "run_id": run_id,
                "requested_at": ordered.requested_at,
            },
        )
    return ordered


def close_report(
    connection: psycopg.Connection[Any],
    task_id: str,
    state: Literal["loaded", "failed", "canceled"],
    *,
    pull_id: int | None = None,
    message: str | None = None,
) -> bool:
    """Record how a task ended, and return whether it was still open.

    :param pull_id: the pull that loaded it.
    :param message: TikTok's reason, for a task that failed.
    """
    if (state == "loaded") != (pull_id is not None):
        raise WarehouseError("A report task is loaded by a pull, and by nothing else.")
    closed = connection.execute(
        statement("spend_tasks/close"),
        {"task_id": task_id, "state": state, "message": message, "pull_id": pull_id},
    )
    return closed.rowcount > 0
