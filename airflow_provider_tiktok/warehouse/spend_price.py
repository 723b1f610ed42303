"""Say what reading an account takes before anything is asked: reports, calls, rows, minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.spend_coverage import due_for, rows_a_day
from airflow_provider_tiktok.warehouse.spend_estimate import Estimate, estimate_rows
from airflow_provider_tiktok.warehouse.spend_rhythm import rhythm_of
from airflow_provider_tiktok.warehouse.spend_schedule import Reading, readings_between
from airflow_provider_tiktok.warehouse.spend_time import account_zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import psycopg

    from airflow_provider_tiktok.warehouse.accounts import Advertiser

# Before the first reading of whole days: a spending ad shows in about half of a day's hours.
HOURS_A_DAY_OF_AN_AD = 12


@dataclass(frozen=True)
class PricedReadings:
    """The reports to ask for, the newest day first, and what they take all together.

    ``recent_days`` of an hourly run are read again every few hours; None for a backfill.
    """

    advertiser: Advertiser
    readings: tuple[Reading, ...]
    estimate: Estimate
    recent_days: int | None = None

    @property
    def hourly_days(self) -> int:
        """How many days are read by the hour."""
        return sum(reading.time_dimension == "stat_time_hour" for reading in self.readings)


def price_of_days(
    connection: psycopg.Connection[Any],
    advertiser: Advertiser,
    first: date,
    last: date,
    *,
    tier: str,
) -> PricedReadings:
    """Return the reports of a backfill of account-local days, both included, and their price.

    :param tier: TikTok's quota tier of the app, for example ``basic``.
    :raises TimeZoneError: the account's zone is missing or unknown.
    :raises ValueError: no such tier, or *last* is before *first*.
    """
    zone = account_zone(advertiser.display_timezone, advertiser.timezone)
    return _priced(connection, advertiser, readings_between(zone, first, last), tier=tier)


def price_of_due(
    connection: psycopg.Connection[Any], advertiser: Advertiser, now: datetime, *, tier: str
) -> PricedReadings:
    """Return the reports that an hourly run would ask for at *now*, and their price."""
    priced = _priced(connection, advertiser, due_for(connection, advertiser, now), tier=tier)
    recent_days = rhythm_of(connection, advertiser.advertiser_id).recent_days
    return replace(priced, recent_days=recent_days)


def _priced(
    connection: psycopg.Connection[Any],
    advertiser: Advertiser,
    readings: Sequence[Reading],
    *,
    tier: str,
) -> PricedReadings:
    key = {"advertiser_id": advertiser.advertiser_id}
    hours = rows_a_day(connection, advertiser.advertiser_id)
    found = connection.execute(statement("spend/ads_a_day"), key).fetchone()
    days = float(found[0]) if found and found[0] is not None else hours / HOURS_A_DAY_OF_AN_AD
    since = min((reading.start_date for reading in readings), default=None)
    known = dict(connection.execute(statement("spend/known_rows"), {**key, "since": since}))
    rows = [_rows(reading, known, hours=hours, days=days) for reading in readings]
    return PricedReadings(advertiser, tuple(readings), estimate_rows(rows, tier=tier))


def _rows(reading: Reading, known: Mapping[date, int], *, hours: float, days: float) -> int:
    if reading.data_level == "AUCTION_ADVERTISER":
        return reading.days
    if reading.time_dimension == "stat_time_hour":
        return known.get(reading.start_date, round(hours))
    return round(days * reading.days)
