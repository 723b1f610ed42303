"""Lay out the plan and the log of pulls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_tiktok.cli.text import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_tiktok.warehouse.spend_price import PricedReadings
    from airflow_provider_tiktok.warehouse.status import LoggedPull

PLAN_HEAD = ("advertiser", "name", "days by hour", "reports", "rows", "calls", "minutes", "how")
PULLS_HEAD = ("read at (UTC)", "advertiser", "what", "days", "rows", "changed", "spend", "left out")


def plan_text(plans: Sequence[PricedReadings], *, what: str, tier: str) -> str:
    """Return a table of what reading each advertiser takes, and what it takes in all."""
    rows = [
        (
            plan.advertiser.advertiser_id,
            plan.advertiser.advertiser_name or "",
            str(plan.hourly_days),
            f"{len(plan.readings):,}",
            f"{plan.estimate.rows:,}",
            f"{plan.estimate.calls:,}",
            _minutes(plan.estimate.minutes),
            plan.estimate.mode,
        )
        for plan in plans
    ]
    calls = sum(plan.estimate.calls for plan in plans)
    minutes = sum(plan.estimate.minutes for plan in plans)
    lines = [
        f"Plan: {what}, quota tier {tier}",
        table(PLAN_HEAD, rows),
        "",
        f"In all {calls:,} calls and {_minutes(minutes)} minutes of the app's quota.",
    ]
    recent = sorted({plan.recent_days for plan in plans if plan.recent_days is not None})
    if recent:
        days = " to ".join(str(days) for days in recent[:: max(len(recent) - 1, 1)])
        lines.append(
            f"Hours of the last {days} days are read again every few hours, older days daily."
        )
    if any(plan.estimate.rows == 0 and plan.readings for plan in plans):
        lines.append("An advertiser that was never read counts as one call a report.")
    if any(plan.estimate.mode == "async" for plan in plans):
        lines.append("async: by report tasks, which leave the quota to others.")
    return "\n".join(lines)


def pulls_text(pulls: Sequence[LoggedPull]) -> str:
    """Return a table of pulls, the newest first."""
    return table(PULLS_HEAD, [_pull(pull) for pull in pulls])


def _pull(pull: LoggedPull) -> tuple[str, ...]:
    days = f"{pull.start_date}"
    if pull.end_date != pull.start_date:
        days += f" to {pull.end_date}"
    change = "" if not pull.spend_change else f"{pull.spend_change.normalize():+,f} {pull.currency}"
    return (
        f"{pull.observed_at:%Y-%m-%d %H:%M}",
        pull.advertiser_name or pull.advertiser_id,
        pull.what,
        days,
        f"{pull.rows_read or 0:,}",
        f"{pull.rows_changed or 0:,}",
        change,
        pull.left_out or "",
    )


def _minutes(minutes: float) -> str:
    return f"{minutes:,.0f}" if minutes >= 1 else "<1" if minutes else "0"
