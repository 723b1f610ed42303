"""Read past days of spend by report tasks, which leave TikTok's quota to the hourly runs."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.operators.spend_pull import find_advertiser, pull
from airflow_provider_tiktok.triggers.report_tasks import ReportTaskTrigger
from airflow_provider_tiktok.warehouse.spend_schedule import Reading, readings_between
from airflow_provider_tiktok.warehouse.spend_task_run import TaskRun
from airflow_provider_tiktok.warehouse.spend_time import account_zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import psycopg
    from airflow.sdk import Context

    from airflow_provider_tiktok.warehouse.accounts import Advertiser

FIRST_WAIT, LONGEST_WAIT = 15.0, 300.0


class TikTokSpendReportTaskOperator(TikTokOperator):
    """Read days of one advertiser by report tasks, then the account's totals to compare them with.

    It waits without a worker. Killed or restarted, it goes on: a task that is on order at TikTok is
    never ordered again, and what this run has loaded is not loaded again. A range that TikTok
    cannot prepare is halved; a single day is read page by page. TikTok allows report tasks on
    request only; without that it says so at the first one.

    A report task may leave out deleted ads, so it adds and raises numbers and lowers none; the
    totals of the account show what is missing.

    :param advertiser_id: TikTok's id; may be templated or mapped.
    :param from_date: first account-local day, ``YYYY-MM-DD``; may be templated or mapped.
    :param to_date: last account-local day, included.
    :param first_wait: seconds until TikTok is asked for the first time; the waits double from it.
    """

    template_fields: Sequence[str] = ("advertiser_id", "from_date", "to_date")

    def __init__(
        self,
        *,
        advertiser_id: str,
        from_date: str,
        to_date: str,
        first_wait: float = FIRST_WAIT,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.advertiser_id = advertiser_id
        self.from_date = from_date
        self.to_date = to_date
        self.first_wait = first_wait
        self._wait = first_wait
        self._before: Mapping[str, int] = {}

    def resume(
        self, context: Context, event: object, wait: float, counts: Mapping[str, int]
    ) -> Any:
        """Go on after a wait; Airflow calls it with what was deferred."""
        self.log.debug("Waited for %s", event)
        self._wait, self._before = wait, counts
        return self.execute(context)

    def run_job(self, context: Context) -> dict[str, int]:
        """Return how many pulls were made, rows read, changed and rejected.

        :raises TaskDeferred: reports are on order at TikTok; the task goes on in a while.
        """
        self.hook.settings.check(self.advertiser_id)
        first, last = self._days()
        counts: Counter[str] = Counter(self._before)
        with self.hook.connect_warehouse() as warehouse:
            advertiser = find_advertiser(warehouse, self.tiktok_conn_id, self.advertiser_id)
            run = TaskRun(warehouse, self.hook.client, advertiser, run_id=context["run_id"])
            step = run.step(first, last, self._is_stopped)
            counts.update(step.counts())
            if not step.waiting and not self._is_stopped():
                for reading in self._rest(advertiser, first, last, step.by_pages):
                    counts.update(self._pull(warehouse, advertiser, reading, context))
        if step.waiting and not self._is_stopped():
            self.log.info("%s report tasks are on order.", step.waiting)
            self.hook.close()
            self.defer(
                trigger=ReportTaskTrigger(
                    self._wait, f"{self.advertiser_id}, {first} to {last}: {step.waiting} reports"
                ),
                method_name=self.resume.__name__,
                kwargs={"wait": min(2 * self._wait, LONGEST_WAIT), "counts": dict(counts)},
            )
        self.log.info("Advertiser %s: %s", self.advertiser_id, dict(counts))
        return dict(counts)

    def _rest(
        self, advertiser: Advertiser, first: date, last: date, by_pages: Sequence[date]
    ) -> list[Reading]:
        """Return what no task can do: days that failed, and the totals of the account."""
        zone = account_zone(advertiser.display_timezone, advertiser.timezone)
        return [
            reading
            for reading in readings_between(zone, first, last)
            if reading.data_level == "AUCTION_ADVERTISER" or reading.start_date in by_pages
        ]

    def _pull(
        self,
        warehouse: psycopg.Connection[Any],
        advertiser: Advertiser,
        reading: Reading,
        context: Context,
    ) -> dict[str, int]:
        return pull(warehouse, self.hook.client, advertiser, reading, run_id=context["run_id"])

    def _days(self) -> tuple[date, date]:
        try:
            first, last = date.fromisoformat(self.from_date), date.fromisoformat(self.to_date)
        except ValueError:
            raise SettingsError(
                f"{self.from_date!r} to {self.to_date!r} is no range of days: give both as "
                "2026-11-30.",
            ) from None
        if last < first:
            raise SettingsError(
                f"The range ends ({last}) before it begins ({first}): swap the dates."
            )
        return first, last
