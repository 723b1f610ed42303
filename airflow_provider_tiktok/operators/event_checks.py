"""Checks of the delivery of events that fail when a person should look."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_tiktok.api.accounts import pixel_event_stats
from airflow_provider_tiktok.hooks.delivery_settings import reconciliation, thresholds
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.warehouse.accounts import enabled_pixels
from airflow_provider_tiktok.warehouse.delivery_checks import CHECKS, find_alerts
from airflow_provider_tiktok.warehouse.delivery_reconciliation import gaps, reconcile
from airflow_provider_tiktok.warehouse.status import now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from airflow.sdk import Context

    from airflow_provider_tiktok.warehouse.delivery_checks import Alert

# TikTok may need hours to count what it accepted.
DAYS_UNTIL_COUNTED = 2


class _AlertOperator(TikTokOperator):
    """What the checks share: one line per alert, and a task that fails."""

    def _raise(self, alerts: list[Alert]) -> None:
        for alert in alerts:
            self.log.error("%s: %s: %s", alert.check, alert.place, alert.message)
        if alerts:
            raise AirflowFailException(
                " ".join(f"{alert.place}: {alert.message}" for alert in alerts)
            )


class TikTokCheckEventsOperator(_AlertOperator):
    """Fail when one of the checks of the delivery of events finds something wrong.

    The thresholds are settings ``alert_*`` of Airflow's section ``[tiktok]``.

    :param check: ``backlog``, ``quarantine``, ``blocked`` (TikTok refuses the token or the
        permission), ``expired_unknown`` or ``coverage``; may be templated.
    """

    template_fields: Sequence[str] = ("check",)

    def __init__(self, *, check: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check = check

    def run_job(self, context: Context) -> None:  # noqa: ARG002 - the interface's argument
        """Return nothing when all is well.

        :raises AirflowFailException: one sentence for each pixel where something is wrong.
        """
        if self.check not in CHECKS:
            raise SettingsError(f"check is {self.check!r}; choose one of {', '.join(CHECKS)}.")
        with self.hook.connect_warehouse() as warehouse:
            alerts = find_alerts(warehouse, thresholds(), checks=[self.check])
        self._raise(alerts)
        self.log.info("%s: all is well.", self.check)


class TikTokReconcileEventsOperator(_AlertOperator):
    """Compare our receipts with TikTok's counts per pixel, event and UTC day; fail on a gap.

    Reads the days that TikTok has had a day to count, the last *alert_stats_days* of them, and
    keeps the numbers in ``tiktok_ops.event_reconciliations``.

    :param advertiser_id: whose pixels to compare; may be templated or mapped.
    """

    template_fields: Sequence[str] = ("advertiser_id",)

    def __init__(self, *, advertiser_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.advertiser_id = advertiser_id

    def run_job(self, context: Context) -> dict[str, int]:  # noqa: ARG002 - the interface's argument
        """Return how many receipts and counts were compared.

        :raises AirflowFailException: one sentence for each pixel, event and day with a gap.
        """
        self.hook.settings.check(self.advertiser_id)
        asked = reconciliation()
        compared = []
        with self.hook.connect_warehouse() as warehouse:
            codes = {
                pixel.pixel_id: pixel.pixel_code
                for pixel in enabled_pixels(warehouse, self.hook.settings.connection_id)
                if pixel.advertiser_id == self.advertiser_id
            }
            last = now(warehouse).date() - timedelta(days=DAYS_UNTIL_COUNTED)
            for age in range(asked.days if codes else 0):
                day = last - timedelta(days=age)
                counts = pixel_event_stats(
                    self.hook.client, self.advertiser_id, list(codes), day, day
                )
                for pixel_id, code in codes.items():
                    counted = [count for count in counts if count.pixel_id == pixel_id]
                    compared += reconcile(warehouse, code, day, counted)
        result = {
            "receipts": sum(one.receipts for one in compared),
            "counted": sum(one.counted_total for one in compared),
            "missing": sum(one.missing for one in compared),
            "foreign": sum(one.foreign for one in compared),
        }
        self.log.info("Advertiser %s: %s", self.advertiser_id, result)
        self._raise(gaps(compared, largest_share=asked.largest_gap))
        return result
