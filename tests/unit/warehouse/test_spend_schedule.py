"""Young days are read often, old days cheaply, and nothing twice in an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_tiktok.warehouse.spend_schedule import (
    Coverage,
    Reading,
    Rhythm,
    due_readings,
)

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 20, 15, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)
HOUR = timedelta(hours=1)


def days_ago(number):
    return TODAY - timedelta(days=number)


def all_read_at(moment, days=36):
    """Return a coverage in which everything was read then."""
    read = {days_ago(number): moment for number in range(days)}
    return Coverage(hours=read, days=read, totals=read)


def hours_due(readings):
    return {
        (TODAY - reading.start_date).days: reading.why
        for reading in readings
        if reading.time_dimension == "stat_time_hour"
    }


def test_a_new_account_gets_its_whole_window(zone_name):
    readings = due_readings(ZoneInfo(zone_name), NOW, Coverage({}, {}, {}))

    by_hour = [r for r in readings if r.time_dimension == "stat_time_hour"]
    whole = [r for r in readings if r.data_level == "AUCTION_AD" and r not in by_hour]
    assert len(by_hour) == 36
    assert [(r.end_date - r.start_date).days + 1 for r in whole] == [5, 30]
    assert readings[0].end_date == NOW.astimezone(ZoneInfo(zone_name)).date()


def test_nothing_is_due_twice_in_one_hour():
    assert due_readings(NEW_YORK, NOW, all_read_at(NOW - timedelta(minutes=4))) == []


def test_an_hour_later_only_the_current_days_and_the_total_are_due():
    readings = due_readings(NEW_YORK, NOW, all_read_at(NOW - HOUR))

    assert hours_due(readings) == {0: "current", 1: "current"}
    assert [reading for reading in readings if reading.why == "totals"] == [
        Reading(days_ago(3), TODAY, "AUCTION_ADVERTISER", "stat_time_day", "totals")
    ]
    assert len(readings) == 3


def test_recent_days_are_due_every_six_hours():
    assert hours_due(due_readings(NEW_YORK, NOW, all_read_at(NOW - 4 * HOUR))) == {
        0: "current", 1: "current", 2: "recent", 3: "recent",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("now", "is_due"),
    [
        pytest.param(datetime(2026, 11, 20, 11, 59, tzinfo=UTC), False, id="before"),
        pytest.param(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), True, id="at noon"),
        pytest.param(datetime(2026, 11, 21, 3, 0, tzinfo=UTC), True, id="missed at noon"),
    ],
)
def test_the_window_is_read_in_two_calls_after_tiktoks_daily_correction(now, is_due):
    coverage = all_read_at(datetime(2026, 11, 20, 11, 30, tzinfo=UTC))

    settling = [
        reading
        for reading in due_readings(NEW_YORK, now, coverage, first_day=days_ago(35))
        if reading.data_level == "AUCTION_AD" and reading.time_dimension == "stat_time_day"
    ]

    assert len(settling) == (2 if is_due else 0)


def test_a_day_that_drifted_is_read_by_the_hour_again():
    coverage = all_read_at(NOW - timedelta(minutes=4))
    drifted = Coverage(coverage.hours, coverage.days, coverage.totals, {days_ago(20)})

    assert due_readings(NEW_YORK, NOW, drifted) == [
        Reading(days_ago(20), days_ago(20), "AUCTION_AD", "stat_time_hour", "drifted")
    ]


def test_campaigns_are_asked_once_a_day_and_only_where_ads_do_not_explain_the_total():
    read = all_read_at(NOW - timedelta(minutes=4))
    costly = replace(read, unallocated={days_ago(2), days_ago(5)})

    (reading,) = due_readings(NEW_YORK, NOW, costly)

    assert (reading.start_date, reading.end_date) == (days_ago(5), days_ago(2))
    assert (reading.data_level, reading.why) == ("AUCTION_CAMPAIGN", "unallocated")
    seen = dict.fromkeys([days_ago(2), days_ago(5)], NOW - timedelta(minutes=4))
    assert due_readings(NEW_YORK, NOW, replace(costly, campaigns=seen)) == []


def test_days_that_an_outage_left_half_read_are_due():
    down_since = NOW - timedelta(days=10)
    coverage = all_read_at(down_since)

    due = hours_due(due_readings(NEW_YORK, NOW, coverage))

    assert due == {
        0: "current", 1: "current", **dict.fromkeys(range(2, 11), "missing"),
    }  # fmt: skip


def test_days_before_the_first_wanted_one_are_left_alone():
    readings = due_readings(NEW_YORK, NOW, Coverage({}, {}, {}), first_day=days_ago(2))

    assert min(reading.start_date for reading in readings) == days_ago(2)


def test_another_rhythm_reads_other_days():
    rhythm = Rhythm(current_days=0, recent_days=1, recent_hours=12, window_days=7)

    readings = due_readings(NEW_YORK, NOW, all_read_at(NOW - 4 * HOUR), rhythm=rhythm)

    assert hours_due(readings) == {0: "current", 1: "recent"}
    assert min(reading.start_date for reading in readings) == days_ago(7)


@settings(max_examples=12)  # in each of 24 zones
@given(
    hours=st.lists(st.integers(1, 30), min_size=1, max_size=12),
    start=st.datetimes(datetime(2026, 10, 20), datetime(2026, 11, 20)),  # noqa: DTZ001 - UTC below
)
def test_whenever_it_runs_every_day_of_the_window_is_read_after_its_end(zone_name, hours, start):
    """Runs at any moments, each doing what is due, leave no day behind."""
    zone = ZoneInfo(zone_name)
    now = start.replace(tzinfo=UTC)
    read: dict[tuple[str, str], dict[date, datetime]] = {}
    for step in hours:
        now += timedelta(hours=step)
        coverage = Coverage(
            read.get(("AUCTION_AD", "stat_time_hour"), {}),
            read.get(("AUCTION_AD", "stat_time_day"), {}),
            read.get(("AUCTION_ADVERTISER", "stat_time_day"), {}),
        )
        for reading in due_readings(zone, now, coverage):
            assert (reading.end_date - reading.start_date).days < 30
            for number in range((reading.end_date - reading.start_date).days + 1):
                day = reading.start_date + timedelta(days=number)
                read.setdefault((reading.data_level, reading.time_dimension), {})[day] = now

    today = now.astimezone(zone).date()
    for number in range(2, 36):
        day = today - timedelta(days=number)
        last = read["AUCTION_AD", "stat_time_hour"][day]
        assert last.astimezone(zone).date() > day
