"""PostgreSQL places an account-local hour where Python does."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend_time import hour_starts_at

MAPPED_IN_SQL = """
    select hours.stat_time, tiktok_raw.hour_starts_at(hours.stat_time, %(zone)s)
    from unnest(%(hours)s::text[]) as hours (stat_time)
"""
HOUR = timedelta(hours=1)
FIRST = datetime(2024, 1, 1)  # noqa: DTZ001 - an account's local time
ALL_HOURS = tuple(FIRST + HOUR * number for number in range(7 * 365 * 24 + 48))
ZONES = (
    "Africa/Cairo", "Africa/Casablanca", "America/Chicago", "America/Los_Angeles",
    "America/New_York", "America/Santiago", "America/Sao_Paulo", "America/St_Johns",
    "Asia/Jerusalem", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Riyadh", "Asia/Shanghai",
    "Asia/Tokyo", "Australia/Lord_Howe", "Australia/Sydney", "Etc/GMT+8", "Europe/Berlin",
    "Europe/Kyiv", "Europe/London", "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham", "UTC",
)  # fmt: skip


def around_changes(zone: ZoneInfo) -> list[datetime]:
    """Return the hours of the days around each change of the zone's offset, and of one week."""
    hours = list(ALL_HOURS[: 7 * 24])
    for before, after in pairwise(ALL_HOURS[::24]):
        if before.replace(tzinfo=zone).utcoffset() != after.replace(tzinfo=zone).utcoffset():
            hours += [before - 24 * HOUR + HOUR * number for number in range(72)]
    return hours


def differences(connection, name, hours):
    """Return the hours that PostgreSQL places elsewhere than Python, with both answers."""
    zone = ZoneInfo(name)
    texts = [hour.isoformat(sep=" ") for hour in hours]
    placed = connection.execute(MAPPED_IN_SQL, {"zone": name, "hours": texts})
    return [
        (stat_time, instant)
        for stat_time, instant in placed
        if instant != hour_starts_at(zone, datetime.fromisoformat(stat_time))
    ]


@pytest.mark.parametrize("name", ZONES)
def test_sql_and_python_agree_wherever_clocks_change(warehouse, name):
    with connect(warehouse) as connection:
        assert differences(connection, name, around_changes(ZoneInfo(name))) == []


@pytest.mark.long
@pytest.mark.parametrize("name", ZONES)
def test_sql_and_python_agree_on_every_hour_of_seven_years(warehouse, name):
    with connect(warehouse) as connection:
        assert differences(connection, name, ALL_HOURS) == []
