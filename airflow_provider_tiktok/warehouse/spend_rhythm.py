"""Choose by the account's own snapshots for how many days its hours are read again and again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.spend_maturity import maturity_curve, window_days
from airflow_provider_tiktok.warehouse.spend_schedule import DEFAULT_RHYTHM, Rhythm

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from airflow_provider_tiktok.warehouse.accounts import Advertiser

# Older days are read daily as whole days anyway, and by the hour where those differ.
MOST_RECENT_DAYS = 14
LEARNED_FOR = timedelta(days=1)


def rhythm_of(connection: psycopg.Connection[Any], advertiser_id: str) -> Rhythm:
    """Return how often the account's days are read again: as learned, or the default."""
    found = _learned(connection, advertiser_id)
    return replace(DEFAULT_RHYTHM, recent_days=found[0]) if found else DEFAULT_RHYTHM


def learn_rhythm(
    connection: psycopg.Connection[Any], advertiser: Advertiser, now: datetime
) -> Rhythm:
    """Look at the account's maturity curve once a day, keep what it says, and return it.

    Without settled spend the default stays. See `spend_maturity.window_days` for the rule.

    :param now: the warehouse's time, UTC.
    :raises TimeZoneError: the account's zone is missing or unknown.
    """
    known = _learned(connection, advertiser.advertiser_id)
    if known is not None and known[1] > now - LEARNED_FOR:
        return replace(DEFAULT_RHYTHM, recent_days=known[0])
    curve = maturity_curve(connection, advertiser)
    if not curve:
        return rhythm_of(connection, advertiser.advertiser_id)
    recent_days = min(window_days(curve), MOST_RECENT_DAYS)
    connection.execute(
        statement("spend/save_rhythm"),
        {
            "advertiser_id": advertiser.advertiser_id,
            "recent_days": recent_days,
            "learned_at": now,
        },
    )
    return replace(DEFAULT_RHYTHM, recent_days=recent_days)


def _learned(
    connection: psycopg.Connection[Any], advertiser_id: str
) -> tuple[int, datetime] | None:
    return connection.execute(
        statement("spend/rhythm"), {"advertiser_id": advertiser_id}
    ).fetchone()
