"""Read from Airflow's configuration when to raise an alert about events, and how long to keep them.

The settings with their defaults are in ``event_configuration``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from airflow.sdk import conf

from airflow_provider_tiktok.event_configuration import EVENT_OPTIONS
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.delivery_checks import Thresholds
from airflow_provider_tiktok.warehouse.outbox_care import Retention

# A payload is needed for as long as its event may still be sent again by itself.
FEWEST_PAYLOAD_DAYS = 3
# A receipt that goes sooner lets the export view's row come in as new while TikTok still takes it.
FEWEST_RECEIPT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Which days to compare with TikTok's counts, and from which gap on it is an alert."""

    days: int
    largest_gap: float


def thresholds() -> Thresholds:
    """Return from when on something is wrong with delivery.

    :raises SettingsError: names the setting that cannot be read.
    """
    return Thresholds(
        longest_wait=timedelta(hours=_number("alert_backlog_hours")),
        period=timedelta(hours=_number("alert_period_hours")),
        most_quarantined_share=_number("alert_quarantine_share", most=1),
        most_quarantined=int(_number("alert_quarantine_events")),
        largest_coverage_drop=_number("alert_coverage_drop", most=1),
        fewest_events=int(_number("alert_coverage_events", least=1)),
    )


def reconciliation() -> Reconciliation:
    """Return how receipts are compared with TikTok's counts.

    :raises SettingsError: names the setting that cannot be read.
    """
    return Reconciliation(
        days=int(_number("alert_stats_days", least=1)),
        largest_gap=_number("alert_stats_gap", most=1),
    )


def retention() -> Retention:
    """Return how long payloads and receipts are kept.

    :raises SettingsError: names the setting that cannot be read, or is too short to be safe.
    """
    return Retention(
        payloads=_days("retention_payload_days", least=FEWEST_PAYLOAD_DAYS),
        quarantine=_days("retention_quarantine_days", least=FEWEST_PAYLOAD_DAYS),
        receipts=_days("retention_receipt_days", least=FEWEST_RECEIPT_DAYS),
    )


def _days(name: str, *, least: int) -> timedelta:
    return timedelta(days=_number(name, least=least))


def _number(name: str, *, least: float = 0, most: float = 100_000) -> float:
    text = str(conf.get("tiktok", name, fallback=EVENT_OPTIONS[name]["default"])).strip()
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        limits = f"from {least} to {most}" if most == 1 else f"of at least {least}"
        raise SettingsError(
            f"[tiktok] {name} is {text!r}; it takes a number {limits}. Correct Airflow's "
            "configuration."
        )
    return number
