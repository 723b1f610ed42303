"""Find out from the ledger which days of an account are read, and where its numbers disagree."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.spend_rhythm import rhythm_of
from airflow_provider_tiktok.warehouse.spend_schedule import Coverage, Reading, due_readings
from airflow_provider_tiktok.warehouse.spend_time import account_zone

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.warehouse.accounts import Advertiser


# A reading of whole days is compared with the hours until the next one comes.
COMPARED_FOR = timedelta(hours=26)


def coverage_of(
    connection: psycopg.Connection[Any], advertiser_id: str, *, since: date, now: datetime
) -> Coverage:
    """Return when complete pulls read each day, and the days whose hours no longer add up.

    :param since: the first account-local day to look at.
    :param now: the warehouse's time, UTC.
    """
    parameters = {"advertiser_id": advertiser_id, "since": since}
    read: defaultdict[tuple[str, str], dict[date, datetime]] = defaultdict(dict)
    for level, dimension, day, observed_at in connection.execute(
        statement("spend/coverage"), parameters
    ):
        read[level, dimension][day] = observed_at
    return Coverage(
        hours=read["AUCTION_AD", "stat_time_hour"],
        days=read["AUCTION_AD", "stat_time_day"],
        totals=read["AUCTION_ADVERTISER", "stat_time_day"],
        campaigns=read["AUCTION_CAMPAIGN", "stat_time_day"],
        unallocated=frozenset(
            day for (day,) in connection.execute(statement("spend/unallocated_days"), parameters)
        ),
        drifted=frozenset(drifted_ads(connection, advertiser_id, since=since, now=now)),
    )


def drifted_ads(
    connection: psycopg.Connection[Any], advertiser_id: str, *, since: date, now: datetime
) -> dict[date, list[str]]:
    """Return the ads, by day, whose hours differ from what a whole day was just said to be.

    A day that was read again by the hour since is not drifted, whatever its hours say now.
    """
    found: defaultdict[date, list[str]] = defaultdict(list)
    parameters = {
        "advertiser_id": advertiser_id,
        "since": since,
        "changed_since": now - COMPARED_FOR,
    }
    for day, ad_id in connection.execute(statement("spend/drifted_ads"), parameters):
        found[day].append(ad_id)
    return dict(found)


def due_for(
    connection: psycopg.Connection[Any],
    advertiser: Advertiser,
    now: datetime,
    *,
    first_day: date | None = None,
) -> list[Reading]:
    """Return the reports of an account that are due now, the newest day first.

    Reading whole days may show days to read by the hour: ask once more after loading. What is
    still due then could not be read completely, and is due again at the next run.

    :param now: the warehouse's time, UTC.
    :raises TimeZoneError: the account's zone is missing or unknown.
    """
    zone = account_zone(advertiser.display_timezone, advertiser.timezone)
    rhythm = rhythm_of(connection, advertiser.advertiser_id)
    since = now.astimezone(zone).date() - timedelta(days=rhythm.window_days)
    coverage = coverage_of(connection, advertiser.advertiser_id, since=since, now=now)
    return due_readings(zone, now, coverage, rhythm=rhythm, first_day=first_day)


def rows_a_day(connection: psycopg.Connection[Any], advertiser_id: str) -> float:
    """Return how many ad hours a day of the account has had lately; 0 when nothing was read yet."""
    found = connection.execute(
        statement("spend/rows_a_day"), {"advertiser_id": advertiser_id}
    ).fetchone()
    return float(found[0]) if found else 0.0
