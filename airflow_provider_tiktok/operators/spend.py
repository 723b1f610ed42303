"""Read what TikTok charged and write it into the ledger, one advertiser a task."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from airflow_provider_tiktok.hooks.grant import advertisers_to_read
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.operators.spend_pull import find_advertiser, pull
from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers
from airflow_provider_tiktok.warehouse.spend_coverage import due_for
from airflow_provider_tiktok.warehouse.spend_price import price_of_due
from airflow_provider_tiktok.warehouse.spend_rhythm import learn_rhythm
from airflow_provider_tiktok.warehouse.spend_schedule import Reading
from airflow_provider_tiktok.warehouse.spend_time import TimeZoneError, account_zone
from airflow_provider_tiktok.warehouse.status import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from typing import Any

    import psycopg
    from airflow.sdk import Context

    from airflow_provider_tiktok.warehouse.accounts import Advertiser

# Reading whole days may show days that must be read by the hour; what is due after that failed.
ROUNDS = 2


class TikTokListAdvertisersOperator(TikTokOperator):
    """Return the ids of the advertisers whose spend to pull, to map tasks over."""

    def run_job(self, context: Context) -> list[str]:
        """Return the ids."""
        with self.hook.connect_warehouse() as warehouse:
            advertiser_ids = advertisers_to_read(warehouse, self.hook.settings)
            if not advertiser_ids:
                raise SettingsError(
                    f"No advertiser of connection {self.tiktok_conn_id} is imported and switched "
                    "on. Run the DAG tiktok_accounts first and read its log.",
                )
            self._say_price(warehouse, advertiser_ids, context)
        return advertiser_ids

    def _say_price(
        self,
        warehouse: psycopg.Connection[Any],
        advertiser_ids: Sequence[str],
        context: Context,
    ) -> None:
        """Log what the mapped tasks will read, as `airflow tiktok plan` says it."""
        moment = context.get("data_interval_end") or now(warehouse)
        for advertiser in enabled_advertisers(warehouse, self.tiktok_conn_id):
            if advertiser.advertiser_id not in advertiser_ids:
                continue
            try:
                tier = self.hook.settings.quota_tier
                plan = price_of_due(warehouse, advertiser, moment, tier=tier)
            except TimeZoneError as error:
                self.log.warning("Advertiser %s: %s", advertiser.advertiser_id, error)
                continue
            self.log.info(
                "Advertiser %s: %s reports are due (%s days by the hour), %s calls, %s rows.",
                advertiser.advertiser_id,
                len(plan.readings),
                plan.hourly_days,
                plan.estimate.calls,
                plan.estimate.rows,
            )


class TikTokPullSpendOperator(TikTokOperator):
    """Read the reports of one advertiser, hour by hour and ad by ad, into the ledger.

    Without dates it reads what is due at the end of the run's data interval: young days, because
    TikTok still corrects them; days whose hours no longer add up; and every day of the last weeks
    that no complete pull has read. Reading twice does no harm: the ledger keeps what changed.

    :param advertiser_id: TikTok's id; may be templated or mapped.
    :param from_date: first account-local day, ``YYYY-MM-DD``, for a backfill; may be templated.
    :param to_date: last account-local day, included.
    """

    template_fields: Sequence[str] = ("advertiser_id", "from_date", "to_date")

    def __init__(
        self,
        *,
        advertiser_id: str,
        from_date: str | None = None,
        to_date: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.advertiser_id = advertiser_id
        self.from_date = from_date
        self.to_date = to_date

    def run_job(self, context: Context) -> dict[str, int]:
        """Return how many pulls were made, rows read, changed, gone, rejected; and incomplete ones.

        The newest day comes first, so that a task that is stopped has done the most useful part.
        """
        self.hook.settings.check(self.advertiser_id)
        counts: Counter[str] = Counter()
        with self.hook.connect_warehouse() as warehouse:
            advertiser = find_advertiser(warehouse, self.tiktok_conn_id, self.advertiser_id)
            for reading in self._readings(warehouse, advertiser, context):
                if self._is_stopped():
                    self.log.warning("Stopped; what is left is due again at the next run.")
                    break
                counts.update(
                    pull(
                        warehouse,
                        self.hook.client,
                        advertiser,
                        reading,
                        run_id=context["run_id"],
                    )
                )
        self.log.info("Advertiser %s: %s", self.advertiser_id, dict(counts))
        return dict(counts)

    def _readings(
        self, warehouse: psycopg.Connection[Any], advertiser: Advertiser, context: Context
    ) -> Iterator[Reading]:
        if self.from_date and self.to_date:
            zone = account_zone(advertiser.display_timezone, advertiser.timezone)
            today = now(warehouse).astimezone(zone).date()
            days = days_between(self.from_date, self.to_date, today=today)
            yield from (
                Reading(day, day, "AUCTION_AD", "stat_time_hour", "missing")
                for day in reversed(days)
            )
            return
        moment: datetime = context.get("data_interval_end") or now(warehouse)
        rhythm = learn_rhythm(warehouse, advertiser, moment)
        self.log.info(
            "Hours of the last %s days are read again every %s hours.",
            rhythm.recent_days,
            rhythm.recent_hours,
        )
        done: set[Reading] = set()
        for _ in range(ROUNDS):
            for reading in due_for(warehouse, advertiser, moment):
                if reading not in done:
                    done.add(reading)
                    yield reading


def days_between(from_date: str, to_date: str, *, today: date) -> list[date]:
    """Return the days of an inclusive range, oldest first, ending at *today* at the latest.

    :param from_date: ``YYYY-MM-DD``, an account-local day.
    :raises SettingsError: a date cannot be read, or the range is empty or begins after today.
    """
    try:
        first, last = date.fromisoformat(from_date), date.fromisoformat(to_date)
    except ValueError:
        raise SettingsError(
            f"{from_date!r} to {to_date!r} is no range of days: give both as 2026-11-30.",
        ) from None
    if last < first:
        raise SettingsError(f"The range ends ({last}) before it begins ({first}): swap the dates.")
    if first > today:
        raise SettingsError(f"The range begins on {first}, which is after today ({today}).")
    return [first + timedelta(days=number) for number in range((min(last, today) - first).days + 1)]
