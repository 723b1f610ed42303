"""Read days of an account by report tasks, one step at a time; what happened is in the database."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_tiktok.api.errors import ErrorClass, TikTokRequestError
from airflow_provider_tiktok.api.reports import (
    ReportRequest,
    cancel_task,
    check_task,
    create_task,
    download_task,
)
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.spend import PullResult, load_report
from airflow_provider_tiktok.warehouse.spend_plan import DateRange, existing_days, joined
from airflow_provider_tiktok.warehouse.spend_task_windows import (
    DAYS_A_TASK,
    halves_of,
    left_to_do,
)
from airflow_provider_tiktok.warehouse.spend_tasks import OrderedReport, close_report, order_report
from airflow_provider_tiktok.warehouse.spend_time import account_zone
from airflow_provider_tiktok.warehouse.status import now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.warehouse.accounts import Advertiser

log = logging.getLogger(__name__)

# A task that TikTok has not done by then is taken back and tried in halves.
LONGEST_WAIT = timedelta(hours=24)


@dataclass
class TaskStep:
    """What one step came to.

    ``waiting`` tasks are on order at TikTok; ``by_pages`` are days that no task could do, to be
    read page by page; ``pulls`` is what was loaded.
    """

    waiting: int = 0
    by_pages: list[date] = field(default_factory=list)
    pulls: list[PullResult] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return the pulls, rows read, changed and so on."""
        counts: Counter[str] = Counter(pulls=len(self.pulls))
        for pull in self.pulls:
            counts["rows_read"] += pull.rows_read
            counts["rows_changed"] += pull.rows_changed
            counts["rows_rejected"] += pull.rows_rejected
        return dict(counts)


class TaskRun:
    """The report tasks by which one run reads the ads of an account by the hour.

    Any process may do any step, as often as it likes: a task on order is never ordered again, a
    loaded one is not loaded again by the same run, and loading is one transaction with its note.

    :param run_id: what may go on where another process stopped, for example Airflow's run id.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        client: TikTokClient,
        advertiser: Advertiser,
        *,
        run_id: str,
    ) -> None:
        self._connection = connection
        self._client = client
        self._advertiser = advertiser
        self._zone = account_zone(advertiser.display_timezone, advertiser.timezone)
        self._run_id = run_id

    def step(self, first: date, last: date, stop: Callable[[], bool]) -> TaskStep:
        """Order what is not on order, load what is ready, halve what failed; never wait.

        :param first: account-local day.
        :param last: included.
        :param stop: True ends the step after the task in hand.
        :raises TikTokError: a call failed; what was ordered or loaded before stays.
        """
        windows = joined(existing_days(self._zone, first, last), DAYS_A_TASK)
        to_do, failed = left_to_do(windows, self._ended(first, last))
        step = TaskStep(by_pages=[window.start_date for window in failed])
        while to_do and not stop():
            window = to_do.pop(0)
            outcome = self._advance(window, step)
            if outcome == "waiting":
                step.waiting += 1
            elif outcome == "failed" and window.days == 1:
                step.by_pages.append(window.start_date)
            elif outcome == "failed":
                to_do[:0] = halves_of(window)
        step.waiting += len(to_do)
        return step

    def _ended(self, first: date, last: date) -> dict[DateRange, str]:
        key = {**self._key(DateRange(first, last)), "run_id": self._run_id}
        rows = self._connection.execute(statement("spend_tasks/of_run"), key)
        return {DateRange(start, end): state for start, end, state in rows if state != "open"}

    def _advance(self, window: DateRange, step: TaskStep) -> Literal["waiting", "loaded", "failed"]:
        request = ReportRequest(
            self._advertiser.advertiser_id,
            "AUCTION_AD",
            "stat_time_hour",
            window.start_date,
            window.end_date,
        )
        try:
            order = order_report(
                self._connection,
                request,
                lambda: create_task(self._client, request),
                run_id=self._run_id,
            )
        except TikTokRequestError as error:
            if error.outcome.error_class is not ErrorClass.SPLIT or window.days == 1:
                raise
            return "failed"
        if order.is_new:
            log.info("%s to %s: task %s", window.start_date, window.end_date, order.task_id)
        status = check_task(self._client, request.advertiser_id, order.task_id)
        if not status.is_ended:
            return self._wait(order)
        if status.status == "SUCCESS":
            step.pulls.append(self._load(request, order))
            return "loaded"
        state: Literal["failed", "canceled"] = "failed"
        if status.status == "CANCELED":
            state = "canceled"
        log.warning("Task %s %s: %s", order.task_id, state, status.message)
        close_report(self._connection, order.task_id, state, message=status.message)
        return "failed"

    def _wait(self, order: OrderedReport) -> Literal["waiting", "failed"]:
        if now(self._connection) - order.requested_at <= LONGEST_WAIT:
            return "waiting"
        hours = LONGEST_WAIT // timedelta(hours=1)
        cancel_task(self._client, self._advertiser.advertiser_id, order.task_id)
        why = f"not done after {hours} hours"
        log.warning("Task %s: %s", order.task_id, why)
        close_report(self._connection, order.task_id, "canceled", message=why)
        return "failed"

    def _load(self, request: ReportRequest, order: OrderedReport) -> PullResult:
        with self._connection.transaction():
            pull = load_report(
                self._connection,
                request,
                download_task(self._client, request, order.task_id),
                display_timezone=self._zone.key,
                currency=self._advertiser.currency,
                run_id=self._run_id,
                report_mode="async",
                observed_at=order.requested_at,
            )
            close_report(self._connection, order.task_id, "loaded", pull_id=pull.pull_id)
        if late := pull.late_changes(request):
            log.warning(late)
        return pull

    def _key(self, window: DateRange) -> dict[str, Any]:
        return {
            "advertiser_id": self._advertiser.advertiser_id,
            "data_level": "AUCTION_AD",
            "time_dimension": "stat_time_hour",
            "start_date": window.start_date,
            "end_date": window.end_date,
        }
