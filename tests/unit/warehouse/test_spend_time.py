"""Account-local hours lie on the UTC line without gap, overlap or doubt."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_tiktok.warehouse.spend_time import (
    hour_span,
    hour_starts_at,
    midnight_after,
    repeated_hours,
)

HOUR = timedelta(hours=1)
FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2030, 12, 31)
days = st.dates(FIRST_DAY, LAST_DAY)


def offset_changes(zone: ZoneInfo) -> list[datetime]:
    """Return the UTC quarters of an hour at which the zone's offset changes, 2024 to 2030."""
    found = []
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    end = datetime(2031, 1, 1, tzinfo=UTC)
    while moment < end:
        after = moment + timedelta(days=1)
        if moment.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            change = moment
            while change.astimezone(zone).utcoffset() == moment.astimezone(zone).utcoffset():
                change += timedelta(minutes=15)
            found.append(change)
        moment = after
    return found


def hours_of(day: date) -> list[str]:
    """Return the 24 hours that a report of this day may name."""
    return [f"{day} {hour:02}:00:00" for hour in range(24)]


@settings(max_examples=30)  # in each of 24 zones
@given(day=days)
def test_hours_follow_each_other_without_gap_or_overlap(zone_name, day):
    zone = ZoneInfo(zone_name)
    spans = [hour_span(zone, hour) for hour in hours_of(day)]

    ends = [span.starts_at + span.length for span in spans]
    assert [span.starts_at for span in spans[1:]] == ends[:-1]
    assert spans[0].starts_at == hour_starts_at(zone, midnight_after(day - timedelta(days=1)))
    assert ends[-1] == hour_starts_at(zone, midnight_after(day))


def test_every_change_of_the_clocks_makes_one_day_shorter_or_longer_by_just_that(zone_name):
    zone = ZoneInfo(zone_name)
    for change in offset_changes(zone):
        before = (change - timedelta(minutes=15)).astimezone(zone)
        shift = change.astimezone(zone).utcoffset() - before.utcoffset()
        around = [before.date() + timedelta(days=number) for number in (-1, 0, 1)]

        lengths = [
            sum((hour_span(zone, hour).length for hour in hours_of(day)), timedelta())
            for day in around
        ]

        assert sum(lengths, timedelta()) == timedelta(days=3) - shift
        assert set(lengths) <= {timedelta(hours=24), timedelta(hours=24) - shift}
        assert shift in {timedelta(minutes=n) for n in (-60, -30, 30, 60)}


def test_an_hour_starts_when_the_accounts_clock_first_shows_it(zone_name):
    zone = ZoneInfo(zone_name)
    for change in offset_changes(zone):
        moment = change - timedelta(hours=6)
        seen = set()
        while moment < change + timedelta(hours=6):
            local = moment.astimezone(zone).replace(minute=0, tzinfo=None, fold=0)
            if local not in seen and seen:
                assert hour_starts_at(zone, local) == moment, local
            seen.add(local)
            moment += timedelta(minutes=15)


def test_the_zones_change_their_clocks_211_times_in_seven_years(all_zones):
    assert sum(len(offset_changes(ZoneInfo(name))) for name in all_zones) == 211


@pytest.mark.parametrize(
    ("zone", "day", "repeated"),
    [
        ("America/New_York", "2026-11-01", ["01:00:00"]),
        ("America/New_York", "2026-03-08", []),
        ("Australia/Lord_Howe", "2026-04-05", ["01:00:00"]),
        ("Pacific/Chatham", "2026-04-05", ["02:00:00", "03:00:00"]),
        ("Africa/Cairo", "2026-10-29", ["23:00:00"]),
        ("Asia/Kolkata", "2026-11-01", []),
    ],
)
def test_repeated_hours_are_known_by_name(zone, day, repeated):
    found = repeated_hours(ZoneInfo(zone), date.fromisoformat(day), date.fromisoformat(day))

    assert found == [f"{day} {hour}" for hour in repeated]


@pytest.mark.parametrize(
    ("zone", "hour", "starts_at", "minutes"),
    [
        pytest.param("America/New_York", "2026-11-01 01:00:00", "05:00", 120, id="repeated"),
        pytest.param("America/New_York", "2026-03-08 02:00:00", "07:00", 0, id="skipped"),
        pytest.param("Australia/Lord_Howe", "2026-10-04 02:00:00", "15:30", 30, id="half"),
        pytest.param("Pacific/Chatham", "2026-09-27 03:00:00", "14:00", 15, id="quarter"),
        pytest.param("Asia/Kathmandu", "2026-11-01 06:00:00", "00:15", 60, id="three quarters"),
        pytest.param("Etc/GMT+8", "2026-11-01 00:00:00", "08:00", 60, id="behind UTC"),
    ],
)
def test_an_hour_has_its_length(zone, hour, starts_at, minutes):
    span = hour_span(ZoneInfo(zone), hour)

    assert f"{span.starts_at:%H:%M}" == starts_at
    assert span.length == timedelta(minutes=minutes)
    assert span.is_repeated == (minutes > 60)
