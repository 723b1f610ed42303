"""Decide how far back an hourly pull reads again. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

# TikTok corrects numbers for days, and conversions are dated back to their click for up to 28 days
# ("TikTok: Data latency"). Three days are read every hour, the rest once a day.
REREAD_HOURS = 72
SETTLE_DAYS = 28
# TikTok has made its daily correction by 12:00 UTC.
SETTLE_HOUR = 13
# Gaps that are longer are for the backfill: an hourly task must end within its hour.
LONGEST_GAP = timedelta(days=30)
# No clock on earth is further ahead of UTC.
FURTHEST_AHEAD = timedelta(hours=14)


def since_when(
    until: datetime,
    *,
    interval_start: datetime | None = None,
    last_day: date | None = None,
    reread_hours: int = REREAD_HOURS,
    settle_days: int = SETTLE_DAYS,
) -> datetime:
    """Return where a pull that ends at *until* begins.

    :param until: UTC; the end of the run's data interval.
    :param interval_start: its start, when it has one.
    :param last_day: the newest account-local day in the ledger; hours since then were missed.
    :param reread_hours: read again at every run.
    :param settle_days: read again at the run of 13:00 UTC.
    """
    reread = timedelta(hours=reread_hours)
    if until.hour == SETTLE_HOUR:
        reread = max(reread, timedelta(days=settle_days))
    starts = [until - reread]
    if interval_start is not None:
        starts.append(interval_start)
    if last_day is not None:
        midnight = datetime(last_day.year, last_day.month, last_day.day, tzinfo=UTC)
        starts.append(max(midnight - FURTHEST_AHEAD, until - LONGEST_GAP))
    return min(starts)


def days_between(from_date: str, to_date: str, *, today: date) -> list[date]:
    """Return the days of an inclusive range, oldest first, ending at *today* at the latest.

    :param from_date: ``YYYY-MM-DD``, an account-local day.
    :raises ValueError: the range is empty or begins after today; the message says which.
    """
    first, last = date.fromisoformat(from_date), date.fromisoformat(to_date)
    if last < first:
        raise ValueError(f"The range ends ({last}) before it begins ({first}).")
    if first > today:
        raise ValueError(f"The range begins on {first}, which is after today ({today}).")
    days = (min(last, today) - first).days + 1
    return [first + timedelta(days=number) for number in range(days)]
