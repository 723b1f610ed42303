"""Decide which days of an account to read again now. Pure.

TikTok keeps correcting: an hour is late by half an hour to two hours, spend is fixed around 12:00
UTC, and conversions are dated back to their click for up to 28 days ("TikTok: Data latency"). So
young days are read often by the hour. Old days are read once a day in whole days, which takes two
calls, and by the hour only where the sum of their hours is found to differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from airflow_provider_tiktok.api.report_rows import ReportRequest
from airflow_provider_tiktok.warehouse.spend_plan import (
    LONGEST_DAYS,
    TimeDimension,
    existing_days,
    joined,
)
from airflow_provider_tiktok.warehouse.spend_time import hour_starts_at, midnight_after

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from zoneinfo import ZoneInfo

DataLevel = Literal["AUCTION_AD", "AUCTION_CAMPAIGN", "AUCTION_ADVERTISER"]
Why = Literal["current", "recent", "missing", "drifted", "settling", "totals", "unallocated"]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Reading:
    """One report to ask for, and why now."""

    start_date: date
    end_date: date
    data_level: DataLevel
    time_dimension: TimeDimension
    why: Why

    @property
    def days(self) -> int:
        """How many dates it covers."""
        return (self.end_date - self.start_date).days + 1

    def request(self, advertiser_id: str) -> ReportRequest:
        """Return the report to ask for: all of the account's ads, promoted and deleted ones too."""
        return ReportRequest(
            advertiser_id,
            self.data_level,
            self.time_dimension,
            self.start_date,
            self.end_date,
            include_promoted=True,
        )


@dataclass(frozen=True)
class Rhythm:
    """How often a day is read again, by its age in account-local days.

    :param current_days: up to this age at every run; 1 is today and yesterday.
    :param recent_days: up to this age every `recent_hours`.
    :param window_days: up to this age once a day; TikTok's longest attribution window is 28 days.
    :param settled_hour: UTC hour by which TikTok has made its daily correction.
    """

    current_days: int = 1
    recent_days: int = 3
    recent_hours: int = 6
    window_days: int = 35
    settled_hour: int = 12


DEFAULT_RHYTHM = Rhythm()


@dataclass(frozen=True)
class Coverage:
    """When each account-local day was last read to its end, by kind of report.

    ``drifted`` days have hours that do not add up to the day; ``unallocated`` ones cost more than
    their ads.
    """

    hours: Mapping[date, datetime]
    days: Mapping[date, datetime]
    totals: Mapping[date, datetime]
    drifted: Collection[date] = ()
    campaigns: Mapping[date, datetime] = field(default_factory=dict)
    unallocated: Collection[date] = ()


def due_readings(
    zone: ZoneInfo,
    now: datetime,
    coverage: Coverage,
    *,
    rhythm: Rhythm = DEFAULT_RHYTHM,
    first_day: date | None = None,
) -> list[Reading]:
    """Return the reports that are due, the newest day first and totals after all ads.

    Nothing is due twice in one hour.

    What an earlier run missed stays due until it was read, so a run heals the runs before it.

    :param zone: the account's.
    :param now: UTC.
    :param coverage: what complete pulls have read so far.
    :param first_day: days before it are left to a backfill; without it the whole window is read.
    """
    today = now.astimezone(zone).date()
    oldest = max(today - ONE_DAY * rhythm.window_days, first_day or date.min)
    found = []
    for day in existing_days(zone, oldest, today):
        why = _why_by_the_hour(zone, now, day, coverage, rhythm)
        if why is not None:
            found.append(Reading(day, day, "AUCTION_AD", "stat_time_hour", why))
    recent = max(today - ONE_DAY * rhythm.recent_days, oldest)
    this_hour = _floor(now, 1)
    settled = _floor(now - timedelta(hours=rhythm.settled_hour), 24)
    settled += timedelta(hours=rhythm.settled_hour)
    found += _whole_days(zone, (recent, today), "AUCTION_ADVERTISER", coverage.totals, this_hour)
    old = (oldest, today - ONE_DAY)
    found += _whole_days(zone, old, "AUCTION_AD", coverage.days, settled)
    found += _whole_days(zone, old, "AUCTION_ADVERTISER", coverage.totals, settled)
    # Campaigns are asked only where the ads do not explain what the account cost.
    costly = [
        day
        for day in existing_days(zone, oldest, today)
        if day in coverage.unallocated and not coverage.campaigns.get(day, settled) > settled
    ]
    found += [
        Reading(
            window.start_date, window.end_date, "AUCTION_CAMPAIGN", "stat_time_day", "unallocated"
        )
        for window in joined(costly, LONGEST_DAYS["stat_time_day"])
    ]
    return sorted(found, key=_turn)


def readings_between(zone: ZoneInfo, first: date, last: date) -> list[Reading]:
    """Return the reports of a backfill, the newest day first: every ad's hours, and the totals.

    :param first: account-local day.
    :param last: included.
    :raises ValueError: *last* is before *first*.
    """
    if last < first:
        raise ValueError(f"the range ends ({last}) before it begins ({first})")
    days = existing_days(zone, first, last)
    found = [Reading(day, day, "AUCTION_AD", "stat_time_hour", "missing") for day in days]
    found += [
        Reading(window.start_date, window.end_date, "AUCTION_ADVERTISER", "stat_time_day", "totals")
        for window in joined(days, LONGEST_DAYS["stat_time_day"])
    ]
    return sorted(found, key=_turn)


def _turn(reading: Reading) -> tuple[bool, int]:
    """Sort ads before totals, so that totals are compared with what was just read."""
    return reading.data_level != "AUCTION_AD", -reading.end_date.toordinal()


def _why_by_the_hour(
    zone: ZoneInfo, now: datetime, day: date, coverage: Coverage, rhythm: Rhythm
) -> Why | None:
    age = (now.astimezone(zone).date() - day).days
    last = coverage.hours.get(day)
    if age <= rhythm.current_days:
        return "current" if last is None or last < _floor(now, 1) else None
    if last is None or last < hour_starts_at(zone, midnight_after(day)):
        return "missing"
    if age <= rhythm.recent_days and last < _floor(now, rhythm.recent_hours):
        return "recent"
    return "drifted" if day in coverage.drifted else None


def _whole_days(
    zone: ZoneInfo,
    span: tuple[date, date],
    level: DataLevel,
    last_read: Mapping[date, datetime],
    due_since: datetime,
) -> list[Reading]:
    """Return the readings of a span of whole days if any of them was not read since then."""
    days = existing_days(zone, *span)
    if all(day in last_read and last_read[day] >= due_since for day in days):
        return []
    why: Why = "totals" if level == "AUCTION_ADVERTISER" else "settling"
    longest = LONGEST_DAYS["stat_time_day"]
    return [
        Reading(window.start_date, window.end_date, level, "stat_time_day", why)
        for window in joined(days, longest)
    ]


def _floor(moment: datetime, hours: int) -> datetime:
    """Return the last moment, counted from midnight UTC, that is a multiple of some hours."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(hours=moment.astimezone(UTC).hour // hours * hours)
