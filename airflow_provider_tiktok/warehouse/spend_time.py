"""Place TikTok's account-local hours on the UTC time line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from airflow_provider_tiktok.warehouse.database import WarehouseError

HOUR = timedelta(hours=1)
# Every offset in use, and every change of one, is a multiple of this.
QUARTER = timedelta(minutes=15)
LAST_INSTANT_OF_HOUR = HOUR - timedelta(microseconds=1)


class TimeZoneError(WarehouseError):
    """An account's time zone is missing or unknown; the message names the account's column."""


@dataclass(frozen=True)
class HourSpan:
    """The UTC time that one account-local hour stands for.

    It lasts an hour, except where the clocks change: up to 2 hours when the hour is repeated,
    and nothing when it is skipped.
    """

    starts_at: datetime
    length: timedelta

    @property
    def is_repeated(self) -> bool:
        """True when the account's clock shows (part of) this hour twice."""
        return self.length > HOUR


def account_zone(display_timezone: str | None, timezone: str | None = None) -> ZoneInfo:
    """Return the zone in which TikTok reports an account.

    ``display_timezone`` wins. Without it ``timezone`` is used, where a fixed offset has POSIX's
    inverted sign (TikTok: Get ad account details): ``Etc/GMT+8`` is eight hours behind UTC, which
    is also what the IANA database says.

    :raises TimeZoneError: both are empty, or the name is not in the IANA database.
    """
    name = display_timezone or timezone
    if not name:
        raise TimeZoneError(
            "The account has neither display_timezone nor timezone in tiktok_raw.advertisers. "
            "Import the accounts again (DAG tiktok_accounts).",
        )
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        column = "display_timezone" if display_timezone else "timezone"
        raise TimeZoneError(
            f"{column} {name!r} of the account is not a zone of the IANA database. If TikTok "
            "introduced a new one, upgrade the Python package tzdata; otherwise correct it in "
            "tiktok_raw.advertisers.",
        ) from None


def hour_span(zone: ZoneInfo, stat_time: str) -> HourSpan:
    """Return the UTC span of the account-local hour ``YYYY-MM-DD HH:00:00``.

    Spans of consecutive hours follow each other without gap or overlap.
    """
    local = datetime.fromisoformat(stat_time)
    starts_at = hour_starts_at(zone, local)
    return HourSpan(starts_at, hour_starts_at(zone, local + HOUR) - starts_at)


def hour_starts_at(zone: ZoneInfo, local: datetime) -> datetime:
    """Return the first UTC instant at which the account's clock shows *local* or later.

    :param local: a whole hour without a zone.
    """
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    # The clocks skipped this hour: it starts, and ends, where they jumped.
    while (first - QUARTER).astimezone(zone).replace(tzinfo=None) >= local:
        first -= QUARTER
    return first


def midnight_after(day: date) -> datetime:
    """Return the account-local end of a day, without a zone."""
    return datetime(day.year, day.month, day.day) + timedelta(days=1)  # noqa: DTZ001 - local


def repeated_hours(zone: ZoneInfo, start_date: date, end_date: date) -> list[str]:
    """Return the hours of these days that the account's clock shows twice, fully or in part."""
    hours = (end_date - start_date).days * 24 + 24
    midnight = midnight_after(start_date - timedelta(days=1))
    candidates = (midnight + HOUR * number for number in range(hours))
    return [local.isoformat(sep=" ") for local in candidates if _is_ambiguous(zone, local)]


def _is_ambiguous(zone: ZoneInfo, local: datetime) -> bool:
    ends = (local, local + LAST_INSTANT_OF_HOUR)
    return any(
        end.replace(tzinfo=zone, fold=0).astimezone(UTC)
        < end.replace(tzinfo=zone, fold=1).astimezone(UTC)
        for end in ends
    )
