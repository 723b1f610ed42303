"""Do a slice of spend: page by page, or by report tasks where paging would take too long."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.errors import TikTokConfigurationError
from airflow_provider_tiktok.operators.backfill_slices import SliceOperator
from airflow_provider_tiktok.operators.spend_pull import find_advertiser, pull
from airflow_provider_tiktok.warehouse.backfill import advance
from airflow_provider_tiktok.warehouse.spend_price import price_of_days
from airflow_provider_tiktok.warehouse.spend_schedule import readings_between
from airflow_provider_tiktok.warehouse.spend_task_run import TaskRun
from airflow_provider_tiktok.warehouse.spend_time import account_zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from typing import Any

    import psycopg

    from airflow_provider_tiktok.warehouse.accounts import Advertiser
    from airflow_provider_tiktok.warehouse.backfill import Backfill, Slice

# How long TikTok has to prepare reports before it is asked again.
REPORT_WAIT = timedelta(seconds=30)


class TikTokBackfillSpendOperator(SliceOperator):
    """Read the days of a slice into the ledger, the newest first; each day is kept by itself.

    Where paging through the whole backfill would take more than an hour, TikTok prepares the days
    as report tasks, and the task waits for them without a worker. An app to which TikTok does not
    allow report tasks reads page by page. The totals of the account come last.
    """

    def work(
        self, warehouse: psycopg.Connection[Any], backfill: Backfill, piece: Slice, run_id: str
    ) -> tuple[Mapping[str, int], str | None]:
        """Return the rows read and changed, and how many days are left."""
        advertiser = find_advertiser(warehouse, self.tiktok_conn_id, piece.subject)
        counts: Counter[str] = Counter()
        by_pages: Sequence[date] | None = None
        is_whole = piece.next_day == piece.last_day
        if is_whole and self._takes_too_long(warehouse, backfill, advertiser):
            by_pages, left = self._by_tasks(warehouse, advertiser, piece, counts)
            if left is not None:
                return counts, left
        zone = account_zone(advertiser.display_timezone, advertiser.timezone)
        day = piece.next_day
        for reading in readings_between(zone, piece.first_day, piece.last_day):
            is_total = reading.data_level == "AUCTION_ADVERTISER"
            if is_total or reading.start_date > piece.next_day:
                continue
            if by_pages is not None and reading.start_date not in by_pages:
                continue
            if self.must_end():
                left_days = (day - piece.first_day).days + 1
                return counts, f"{left_days} days of {piece.subject} are left"
            counts.update(pull(warehouse, self.hook.client, advertiser, reading, run_id=run_id))
            day = reading.start_date - timedelta(days=1)
            advance(warehouse, piece, day, counts)
        for reading in readings_between(zone, piece.first_day, piece.last_day):
            if reading.data_level == "AUCTION_ADVERTISER":
                counts.update(pull(warehouse, self.hook.client, advertiser, reading, run_id=run_id))
        return counts, None

    def _takes_too_long(
        self, warehouse: psycopg.Connection[Any], backfill: Backfill, advertiser: Advertiser
    ) -> bool:
        request = backfill.request
        price = price_of_days(
            warehouse,
            advertiser,
            request.first_day,
            request.last_day,
            tier=self.hook.settings.quota_tier,
        )
        return price.estimate.mode == "async"

    def _by_tasks(
        self,
        warehouse: psycopg.Connection[Any],
        advertiser: Advertiser,
        piece: Slice,
        counts: Counter[str],
    ) -> tuple[Sequence[date] | None, str | None]:
        """Return the days to read page by page, None for all of them, and what is waited for."""
        # The backfill's own name: another run of the DAG goes on with what this one ordered.
        name = f"backfill_{piece.backfill_id}"
        run = TaskRun(warehouse, self.hook.client, advertiser, run_id=name)
        try:
            step = run.step(piece.first_day, piece.last_day, self.must_end)
        except TikTokConfigurationError as error:
            self.log.warning("Reading page by page, because TikTok refuses report tasks: %s", error)
            return None, None
        counts.update(step.counts())
        if step.waiting:
            self.waits_for = REPORT_WAIT
            return None, f"{step.waiting} reports are on order at TikTok"
        return step.by_pages, None
