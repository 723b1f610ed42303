"""Read what TikTok charged and write it into the ledger, one advertiser a task."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.reports import ReportRequest, read_report
from airflow_provider_tiktok.hooks.grant import advertisers_to_read
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.operators.spend_window import (
    REREAD_HOURS,
    SETTLE_DAYS,
    days_between,
    since_when,
)
from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers
from airflow_provider_tiktok.warehouse.database import WarehouseError
from airflow_provider_tiktok.warehouse.spend import load_report
from airflow_provider_tiktok.warehouse.spend_plan import DateRange, windows
from airflow_provider_tiktok.warehouse.spend_time import account_zone
from airflow_provider_tiktok.warehouse.status import last_complete_day, now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    import psycopg
    from airflow.sdk import Context

    from airflow_provider_tiktok.api.report_catalogue import DataLevel
    from airflow_provider_tiktok.warehouse.accounts import Advertiser

LEVEL: DataLevel = "AUCTION_AD"


class TikTokListAdvertisersOperator(TikTokOperator):
    """Return the ids of the advertisers whose spend to pull, to map tasks over."""

    def run_job(self, context: Context) -> list[str]:  # noqa: ARG002 - the interface's argument
        """Return the ids."""
        with self.hook.connect_warehouse() as warehouse:
            advertiser_ids = advertisers_to_read(warehouse, self.hook.settings)
        if not advertiser_ids:
            raise SettingsError(
                f"No advertiser of connection {self.tiktok_conn_id} is imported and switched on. "
                "Run the DAG tiktok_accounts first and read its log.",
            )
        return advertiser_ids


class TikTokPullSpendOperator(TikTokOperator):
    """Read the hourly report of one advertiser, ad by ad, into the ledger.

    Without dates it reads what the run's data interval asks for: the last hours again, because
    TikTok still corrects them, and every hour since the last complete pull. Reading twice does no
    harm: the ledger keeps what changed.

    :param advertiser_id: TikTok's id; may be templated or mapped.
    :param from_date: first account-local day, ``YYYY-MM-DD``, for a backfill; may be templated.
    :param to_date: last account-local day, included.
    :param reread_hours: how many hours before the run's end are read again.
    :param settle_days: how many days are read again once a day, at 13:00 UTC.
    """

    template_fields: Sequence[str] = ("advertiser_id", "from_date", "to_date")

    def __init__(
        self,
        *,
        advertiser_id: str,
        from_date: str | None = None,
        to_date: str | None = None,
        reread_hours: int = REREAD_HOURS,
        settle_days: int = SETTLE_DAYS,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.advertiser_id = advertiser_id
        self.from_date = from_date
        self.to_date = to_date
        self.reread_hours = reread_hours
        self.settle_days = settle_days

    def run_job(self, context: Context) -> dict[str, int]:
        """Return how many pulls were made, rows read, changed, gone, rejected; and incomplete ones.

        The newest day comes first, so that a task that is stopped has done the most useful part.
        """
        self.hook.settings.check(self.advertiser_id)
        counts: Counter[str] = Counter()
        with self.hook.connect_warehouse() as warehouse:
            advertiser = self._advertiser(warehouse)
            for day in reversed(self._days(warehouse, advertiser, context)):
                if self._is_stopped():
                    self.log.warning("Stopped; the days before %s come next time.", day.end_date)
                    break
                counts.update(self._pull(warehouse, advertiser, day, context["run_id"]))
        self.log.info("Advertiser %s: %s", self.advertiser_id, dict(counts))
        return dict(counts)

    def _advertiser(self, warehouse: psycopg.Connection[Any]) -> Advertiser:
        for advertiser in enabled_advertisers(warehouse, self.tiktok_conn_id):
            if advertiser.advertiser_id == self.advertiser_id:
                return advertiser
        raise WarehouseError(
            f"Advertiser {self.advertiser_id} is not imported by connection {self.tiktok_conn_id}, "
            "or is switched off. Run the DAG tiktok_accounts: its log says whether TikTok gives "
            "this token permission for it.",
        )

    def _days(
        self, warehouse: psycopg.Connection[Any], advertiser: Advertiser, context: Context
    ) -> list[DateRange]:
        zone = account_zone(advertiser.display_timezone, advertiser.timezone)
        if self.from_date and self.to_date:
            today = now(warehouse).astimezone(zone).date()
            try:
                days = days_between(self.from_date, self.to_date, today=today)
            except ValueError as error:
                raise SettingsError(f"{error} Correct from_date and to_date.") from None
            return [DateRange(day, day) for day in days]
        until = context.get("data_interval_end") or now(warehouse)
        since = since_when(
            until,
            interval_start=context.get("data_interval_start"),
            last_day=last_complete_day(warehouse, self.advertiser_id, LEVEL),
            reread_hours=self.reread_hours,
            settle_days=self.settle_days,
        )
        return windows(zone.key, since, until)

    def _pull(
        self,
        warehouse: psycopg.Connection[Any],
        advertiser: Advertiser,
        day: DateRange,
        run_id: str,
    ) -> dict[str, int]:
        request = ReportRequest(
            advertiser_id=self.advertiser_id,
            data_level=LEVEL,
            time_dimension="stat_time_hour",
            start_date=day.start_date,
            end_date=day.end_date,
        )
        result = load_report(
            warehouse,
            request,
            read_report(self.hook.client, request),
            display_timezone=advertiser.display_timezone or advertiser.timezone or "",
            currency=advertiser.currency,
            run_id=run_id,
        )
        if not result.is_complete:
            self.log.warning(
                "Advertiser %s, %s: not provably complete (%s), so nothing was lowered. "
                "The next run reads it again.",
                self.advertiser_id,
                day.start_date,
                result.incomplete_reason,
            )
        return {
            "pulls": 1,
            "pulls_incomplete": int(not result.is_complete),
            "rows_read": result.rows_read,
            "rows_changed": result.rows_changed,
            "rows_absent": result.rows_absent,
            "rows_rejected": result.rows_rejected,
        }
