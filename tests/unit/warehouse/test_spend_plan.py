"""The planner asks for every hour, and for no more calls than it must."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_tiktok.warehouse.spend_plan import DateRange, windows
from airflow_provider_tiktok.warehouse.spend_time import TimeZoneError

HOUR = timedelta(hours=1)
EARLIEST = datetime(2024, 1, 1, tzinfo=UTC)
MINUTES_OF_7_YEARS = 7 * 365 * 24 * 60

instants = st.integers(0, MINUTES_OF_7_YEARS).map(lambda n: EARLIEST + timedelta(minutes=n))
lengths = st.integers(1, 70 * 24 * 60).map(lambda n: timedelta(minutes=n))


def local_days(zone: str, since: datetime, until: datetime) -> set[date]:
    """Return the account's day of every minute-exact hour edge in [since, until)."""
    moment = since.replace(minute=0, second=0, microsecond=0)
    days = set()
    while moment < until:
        for minutes in (0, 15, 30, 45, 59):
            days.add((moment + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone)).date())
        moment += HOUR
    return days


@settings(max_examples=30)  # in each of 24 zones
@given(since=instants, length=lengths)
def test_hourly_windows_are_exactly_the_days_of_the_interval(zone_name, since, length):
    planned = windows(zone_name, since, since + length)

    assert all(window.start_date == window.end_date for window in planned)
    assert sorted(window.start_date for window in planned) == sorted(
        local_days(zone_name, since, since + length)
    )


@settings(max_examples=30)  # in each of 24 zones
@given(since=instants, length=lengths)
def test_daily_windows_cover_the_same_days_in_the_fewest_calls(zone_name, since, length):
    planned = windows(zone_name, since, since + length, time_dimension="stat_time_day")

    days = local_days(zone_name, since, since + length)
    asked = [
        window.start_date + timedelta(days=number)
        for window in planned
        for number in range(window.days)
    ]
    assert sorted(asked) == sorted(days)
    assert max(window.days for window in planned) <= 30
    assert len(planned) == -(-len(days) // 30)


@pytest.mark.parametrize(
    ("zone", "timezone", "since", "until", "days"),
    [
        pytest.param("UTC", None, "2026-11-01T00", "2026-11-02T00", ["2026-11-01"], id="utc"),
        pytest.param(
            "America/New_York", None, "2026-11-01T03", "2026-11-02T06",
            ["2026-10-31", "2026-11-01", "2026-11-02"], id="a day of 25 hours",
        ),
        pytest.param(
            "Asia/Kolkata", None, "2026-11-01T18", "2026-11-01T19",
            ["2026-11-01", "2026-11-02"], id="midnight at half past",
        ),
        pytest.param("", "Etc/GMT+8", "2026-11-01T07", "2026-11-01T08", ["2026-10-31"],
                     id="Etc/GMT+8 is behind UTC"),
        pytest.param("America/New_York", "Etc/GMT-8", "2026-11-01T03", "2026-11-01T04",
                     ["2026-10-31"], id="display_timezone wins"),
        pytest.param("Pacific/Apia", None, "2011-12-29T12", "2011-12-31T12",
                     ["2011-12-29", "2011-12-31", "2012-01-01"], id="a day that never was"),
    ],
)  # fmt: skip
def test_the_days_are_the_accounts_own(zone, timezone, since, until, days):
    planned = windows(
        zone,
        datetime.fromisoformat(since).replace(tzinfo=UTC),
        datetime.fromisoformat(until).replace(tzinfo=UTC),
        timezone=timezone,
    )

    assert planned == [DateRange(date.fromisoformat(day), date.fromisoformat(day)) for day in days]


@pytest.mark.parametrize("name", ["GMT+8", "Mars/Olympus", "../../etc/passwd", "America/new_york "])
def test_an_unknown_zone_is_named_with_the_column_to_correct(name):
    with pytest.raises(TimeZoneError, match=r"timezone .* is not a zone") as raised:
        windows("", EARLIEST, EARLIEST + HOUR, timezone=name)

    assert name in str(raised.value)


def test_an_account_without_any_zone_says_what_to_do():
    with pytest.raises(TimeZoneError, match="Import the accounts again"):
        windows("", EARLIEST, EARLIEST + HOUR)


def test_nothing_is_asked_for_an_empty_interval():
    assert windows("UTC", EARLIEST, EARLIEST) == []


@pytest.mark.parametrize(
    ("since", "until", "problem"),
    [
        (EARLIEST, EARLIEST - HOUR, "is before since"),
        (EARLIEST.replace(tzinfo=None), EARLIEST, "need a time zone"),
    ],
    ids=["backwards", "naive"],
)
def test_an_impossible_interval_is_refused(since, until, problem):
    with pytest.raises(ValueError, match=problem):
        windows("UTC", since, until)
