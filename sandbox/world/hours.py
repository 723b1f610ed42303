"""The account-local hours of a site: what TikTok reports by, and where each lies in UTC.

Everything that happens on a site belongs to one of these hours, so a half-hour time zone splits
nothing, and a repeated hour is two of them with one name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)
# Every offset in use, and every change of one, is a multiple of this.
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of an account's clock, or the part of it between two changes of the clock."""

    index: int  # from the start of the world
    utc_hour: datetime  # start instant
    epoch: int  # the same in Unix seconds
    seconds: int  # 3,600 but for zones that change by half an hour
    stat_time_hour: str  # as TikTok writes it
    local_date: date
    local_hour: int
    is_second_pass: bool  # the clock has shown this hour before


def hours_between(display_timezone: str, start: datetime, end: datetime) -> tuple[Hour, ...]:
    """Return the account-local hours that lie whole in [start, end), in order of time."""
    zone = ZoneInfo(display_timezone)
    instant = _first_boundary(zone, start.astimezone(UTC))
    return tuple(_walk(zone, instant, end))


def _walk(zone: ZoneInfo, instant: datetime, end: datetime) -> Iterator[Hour]:
    label = ""
    index = 0
    while (next_instant := _hour_end(zone, instant)) <= end:
        local = instant.astimezone(zone)
        before, label = label, local.strftime("%Y-%m-%d %H:00:00")
        yield Hour(
            index=index,
            utc_hour=instant,
            epoch=int(instant.timestamp()),
            seconds=int((next_instant - instant).total_seconds()),
            stat_time_hour=label,
            local_date=local.date(),
            local_hour=local.hour,
            is_second_pass=label == before,
        )
        instant = next_instant
        index += 1


def _first_boundary(zone: ZoneInfo, start: datetime) -> datetime:
    local = start.astimezone(zone)
    return start if local.minute == local.second == 0 else _hour_end(zone, start)


def _hour_end(zone: ZoneInfo, instant: datetime) -> datetime:
    """Return when the clock next strikes an hour, or changes its offset if that comes first."""
    local = instant.astimezone(zone)
    strikes = instant + HOUR - timedelta(minutes=local.minute, seconds=local.second)
    offset = local.utcoffset()
    if strikes.astimezone(zone).utcoffset() == offset:
        return strikes
    change = instant + QUARTER
    while change.astimezone(zone).utcoffset() == offset:
        change += QUARTER
    return change
