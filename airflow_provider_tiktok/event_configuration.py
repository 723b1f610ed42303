"""Settings of Airflow's section ``[tiktok]`` about events: alerts, and how long to keep.

Plain data, because Airflow loads it in every process; ``hooks.delivery_settings`` reads the values.
"""

from __future__ import annotations


def _option(default: str, kind: str, description: str) -> dict[str, str | None]:
    return {
        "description": description,
        "version_added": "0.1.0",
        "type": kind,
        "example": None,
        "default": default,
    }


EVENT_OPTIONS: dict[str, dict[str, str | None]] = {
    "alert_backlog_hours": _option(
        "6", "float", "check_backlog fails when an event has been due for longer than this."
    ),
    "alert_period_hours": _option(
        "24", "float", "check_quarantine and check_expired_unknown look back so many hours."
    ),
    "alert_quarantine_share": _option(
        "0.01",
        "float",
        "check_quarantine fails when a larger share of a pixel's events was set aside (0 to 1).",
    ),
    "alert_quarantine_events": _option(
        "0", "integer", "check_quarantine lets so many events of a pixel pass in any case."
    ),
    "alert_coverage_drop": _option(
        "0.3",
        "float",
        "check_coverage fails when a signal's share of yesterday's events is below that of the "
        "week before by more than this share of it (0 to 1).",
    ),
    "alert_coverage_events": _option(
        "50", "integer", "check_coverage compares only where both times have so many events."
    ),
    "alert_stats_gap": _option(
        "0.02",
        "float",
        "reconcile fails when receipts and TikTok's counts of a pixel, event and day differ by "
        "more than this share (0 to 1).",
    ),
    "alert_stats_days": _option(
        "3", "integer", "reconcile compares so many days, the newest of them the day before last."
    ),
    "retention_payload_days": _option(
        "7",
        "integer",
        "What an event said is removed so many days after it ended; at least 3.",
    ),
    "retention_quarantine_days": _option(
        "30",
        "integer",
        "What an event in quarantine said is removed so many days after; at least 3.",
    ),
    "retention_receipt_days": _option(
        "400",
        "integer",
        "Ended events and their receipts are removed so many days after; at least 30, or TikTok "
        "would still take an event that comes in anew.",
    ),
}
