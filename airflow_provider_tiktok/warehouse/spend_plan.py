"""Decide which reports to ask for: account-local days that cover a stretch of UTC time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from airflow_provider_tiktok.warehouse.spend_time import (
    account_zone,
    hour_starts_at,
    midnight_after,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

TimeDimension = Literal["stat_time_hour", "stat_time_day"]

# TikTok: Run a synchronous report. 30 inclusive days are safe; whether 31 are is not documented.
LONGEST_DAYS: Mapping[TimeDimension, int] = {"stat_time_hour": 1, "stat_time_day": 30}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class DateRange:
    """Account-local days, both ends included, that one report may cover."""

    start_date: date
    end_date: date

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.end_date - self.start_date).days + 1


def windows(
    display_timezone: str,
    since: datetime,
    until: datetime,
    *,
    time_dimension: TimeDimension = "stat_time_hour",
    timezone: str | None = None,
) -> list[DateRange]:
    """Return the fewest ranges whose days hold every UTC hour of [since, until).

    :param since: UTC; an hour that has begun counts whole.
    :param until: UTC, exclusive.
    :param timezone: the account's other zone column, used when *display_timezone* is empty.
    :raises TimeZoneError: the account's zone is missing or unknown.
    :raises ValueError: a time has no zone, or *until* is before *since*.
    """
    if since.tzinfo is None or until.tzinfo is None:
        raise ValueError("since and until need a time zone")
    if until < since:
        raise ValueError(f"until {until.isoformat()} is before since {since.isoformat()}")
    if until == since:
        return []
    zone = account_zone(display_timezone, timezone)
    first = _hour_of(since).astimezone(zone).date()
    last_instant = _hour_of(until - timedelta(microseconds=1)) + timedelta(minutes=59, seconds=59)
    last = last_instant.astimezone(zone).date()
    return joined(existing_days(zone, first, last), LONGEST_DAYS[time_dimension])


def _hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def joined(days: Iterable[date], longest: int) -> list[DateRange]:
    """Return days in ascending order as ranges that span at most *longest* dates each."""
    found: list[DateRange] = []
    for day in days:
        if found and (day - found[-1].start_date).days < longest:
            found[-1] = DateRange(found[-1].start_date, day)
        else:
            found.append(DateRange(day, day))
    return found


def existing_days(zone: ZoneInfo, first: date, last: date) -> list[date]:
    """Return the days that exist: an island that changes sides of the date line skips one."""
    days = (first + ONE_DAY * number for number in range((last - first).days + 1))
    return [
        day
        for day in days
        if hour_starts_at(zone, midnight_after(day - ONE_DAY))
        < hour_starts_at(zone, midnight_after(day))
    ]
