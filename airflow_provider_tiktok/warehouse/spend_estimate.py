"""Say what a backfill will cost before it is started: calls, rows, minutes. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from airflow_provider_tiktok.api.limiter import quota_of
from airflow_provider_tiktok.api.reports import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_tiktok.warehouse.spend_plan import DateRange

# The limiters use a little less than the quota, so that no window is ever too full.
USED_SHARE = 0.93
# Above this, paging would keep the hourly runs of the whole app waiting for an hour.
LONGEST_SYNC_MINUTES = 60.0


@dataclass(frozen=True)
class Estimate:
    """What reading some windows takes.

    ``mode`` is what to use: ``async`` report tasks leave the quota to others, but TikTok has to
    allow them for the app, and their rows never lower what is known.
    """

    calls: int
    rows: int
    minutes: float
    mode: Literal["sync", "async"]


def estimate(windows: Sequence[DateRange], *, rows_a_day: float, tier: str) -> Estimate:
    """Return the calls, rows and minutes of reading windows page by page.

    :param windows: one report each.
    :param rows_a_day: how many rows a day of the account has, as `rows_a_day` of the ledger says.
    :param tier: TikTok's quota tier of the app, for example ``basic``.
    :raises ValueError: no such tier.
    """
    return estimate_rows([round(rows_a_day * window.days) for window in windows], tier=tier)


def estimate_rows(rows: Sequence[int], *, tier: str) -> Estimate:
    """Return the calls, rows and minutes of reading reports page by page.

    :param rows: how many rows each report has.
    :param tier: TikTok's quota tier of the app, for example ``basic``.
    :raises ValueError: no such tier.
    """
    calls = sum(max(math.ceil(number / PAGE_SIZE), 1) for number in rows)
    minutes = calls / (quota_of("general", tier).per_minute * USED_SHARE)
    return Estimate(
        calls=calls,
        rows=sum(rows),
        minutes=minutes,
        mode="async" if minutes > LONGEST_SYNC_MINUTES else "sync",
    )
